// The peer: what a resizer with sharp loads and makes before it can take an event.
'use strict';

const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
const sharp = require('sharp');

const s3 = new S3Client({});

exports.handler = async (event) => {
  const [, size, key] = /^resized\/(\d+x\d+)\/(.+)$/.exec(event.pathParameters.key);
  const [width, height] = size.split('x').map(Number);
  const original = await s3.send(new GetObjectCommand({ Bucket: process.env.BUCKET, Key: key }));
  const body = await sharp(await original.Body.transformToByteArray()).resize(width, height).toBuffer();
  await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: `resized/${size}/${key}`, Body: body }));
  return { statusCode: 307, headers: { Location: `${process.env.URL}/resized/${size}/${key}` } };
};
