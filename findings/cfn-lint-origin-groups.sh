#!/usr/bin/env bash
# cfn-lint 1.58.0 follows a behaviour's origin by name, but nothing inside an origin group.
#
# E3057 knows that `TargetOriginId: nobody` is no origin and no group of the distribution. A group whose second member
# does not exist, whose quantities are wrong and which fails over on 401 and 999 (the documented codes are 400, 403,
# 404, 416, 500, 502, 503 and 504) is fine for it, and so is a behaviour that leads to that group with PUT and POST,
# for which CloudFront has no failover.
#
# Guessed before it was run: the codes pass, the member that is not there is found. Seen: the last lines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cfn-lint==1.58.0

template() {
  cat <<YAML
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - {Id: first, DomainName: first.s3.us-east-1.amazonaws.com, S3OriginConfig: {}}
          - {Id: second, DomainName: second.s3.us-east-1.amazonaws.com, S3OriginConfig: {}}
        OriginGroups:
          Quantity: 1
          Items:
            - Id: both
              FailoverCriteria: {StatusCodes: {Quantity: 7, Items: [401, 999]}}
              Members: {Quantity: 9, Items: [{OriginId: first}, {OriginId: nowhere}]}
        DefaultCacheBehavior:
          TargetOriginId: $1
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
          AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]
YAML
}
template both >group.yaml
template nobody >nobody.yaml
{
  venv/bin/cfn-lint group.yaml && echo "group.yaml: nothing found"
  venv/bin/cfn-lint nobody.yaml | grep -o "^E3057" || true
} >seen
cat seen
diff seen - <<'SEEN'
group.yaml: nothing found
E3057
SEEN
