//! What other people have put on the bucket and the distribution. Spacing, order and spelling are uneven on
//! purpose: whoever parses and prints them again instead of editing them gives himself away.

/// Three statements, none of them ours; the Deny hurts nobody.
pub(super) fn policy(bucket: &str) -> String {
    format!(
        r#"{{
  "Version":"2012-10-17", "Id" : "site-policy",
  "Statement" : [
    {{"Sid":"SitePages","Effect":"Allow","Principal":"*","Action":"s3:GetObject",
      "Resource":["arn:aws:s3:::{bucket}/home.html","arn:aws:s3:::{bucket}/errors/*","arn:aws:s3:::{bucket}/assets/*"]}},
    {{ "Effect": "Allow", "Sid": "PartnerUploads", "Principal": {{"AWS": ["111122223333"]}},
       "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::{bucket}/incoming/\u00fc/*" }},
    {{"Sid":"NeverDeleteTheBucket","Effect":"Deny","Principal":{{"AWS":"*"}},"Action":["s3:DeleteBucket","s3:DeleteBucketPolicy"],
      "Resource":"arn:aws:s3:::{bucket}","Condition":{{"StringNotEquals":{{"aws:PrincipalTag/role":"owner"}}}}}}
  ]
}}"#
    )
}

/// Index and error document of its own and two rules; the second catches every 404 (S3-10).
pub(super) const WEBSITE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <IndexDocument><Suffix>home.html</Suffix></IndexDocument>
  <ErrorDocument><Key>errors/404.html</Key></ErrorDocument>
  <RoutingRules>
    <RoutingRule><Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith></Redirect></RoutingRule>
    <RoutingRule>
      <Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
      <Redirect><Protocol>http</Protocol><HostName>archive.example.com</HostName><ReplaceKeyPrefixWith>find?a=1&amp;key=</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode></Redirect>
    </RoutingRule>
  </RoutingRules>
</WebsiteConfiguration>"#;

/// ACLs stay blocked; policies may be public, as for any website.
pub(super) const PUBLIC_SITE_BLOCK: &str = r#"<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>"#;

pub(super) const CORS: &str = r#"<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><ID>fonts</ID><AllowedOrigin>https://www.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule></CORSConfiguration>"#;

pub(super) const LIFECYCLE: &str = r#"<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>old-versions</ID><Filter><Prefix>incoming/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>"#;

pub(super) const TAGGING: &str = r#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>team</Key><Value>web &amp; shop</Value></Tag><Tag><Key>cost-center</Key><Value>4711</Value></Tag></TagSet></Tagging>"#;

pub(super) const VERSIONING: &str = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;

/// Managed policy `CachingOptimized`.
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// Two origins, three behaviours of which `*.jpg` is broader than ours (CF-11), error responses, custom
/// header, legacy TTLs on one behaviour and cache policies on the others.
pub(super) fn distribution(bucket: &str, website_host: &str) -> String {
    let methods = |cached: &str| {
        format!(
            "<AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items><CachedMethods><Quantity>2</Quantity><Items>{cached}</Items></CachedMethods></AllowedMethods>"
        )
    };
    let get_head = methods("<Method>HEAD</Method><Method>GET</Method>");
    let nobody = "<TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners><TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups>";
    let nothing_attached = "<SmoothStreaming>false</SmoothStreaming><Compress>true</Compress><LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations><FunctionAssociations><Quantity>0</Quantity></FunctionAssociations><FieldLevelEncryptionId></FieldLevelEncryptionId>";
    let by_policy = |pattern: &str| {
        format!(
            "<CacheBehavior><PathPattern>{pattern}</PathPattern><TargetOriginId>site</TargetOriginId>{nobody}<ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>{get_head}{nothing_attached}<CachePolicyId>{CACHING_OPTIMIZED}</CachePolicyId></CacheBehavior>"
        )
    };
    let (assets, pictures) = (by_policy("assets/*"), by_policy("*.jpg"));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>{bucket}-1</CallerReference><Aliases><Quantity>0</Quantity></Aliases><DefaultRootObject>home.html</DefaultRootObject><Origins><Quantity>2</Quantity><Items><Origin><Id>site</Id><DomainName>{website_host}</DomainName><OriginPath></OriginPath><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>Referer</HeaderName><HeaderValue>let-me-in &amp; nobody else</HeaderValue></OriginCustomHeader></Items></CustomHeaders><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>http-only</OriginProtocolPolicy><OriginSslProtocols><Quantity>1</Quantity><Items><SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols><OriginReadTimeout>30</OriginReadTimeout><OriginKeepaliveTimeout>5</OriginKeepaliveTimeout></CustomOriginConfig><ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout><OriginShield><Enabled>false</Enabled></OriginShield><OriginAccessControlId></OriginAccessControlId></Origin><Origin><Id>shop</Id><DomainName>shop.example.com</DomainName><OriginPath>/v1</OriginPath><CustomHeaders><Quantity>0</Quantity></CustomHeaders><CustomOriginConfig><HTTPPort>8080</HTTPPort><HTTPSPort>8443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy><OriginSslProtocols><Quantity>1</Quantity><Items><SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols><OriginReadTimeout>45</OriginReadTimeout><OriginKeepaliveTimeout>15</OriginKeepaliveTimeout></CustomOriginConfig><ConnectionAttempts>2</ConnectionAttempts><ConnectionTimeout>5</ConnectionTimeout><OriginShield><Enabled>true</Enabled><OriginShieldRegion>eu-west-1</OriginShieldRegion></OriginShield><OriginAccessControlId></OriginAccessControlId></Origin></Items></Origins><OriginGroups><Quantity>0</Quantity></OriginGroups><DefaultCacheBehavior><TargetOriginId>site</TargetOriginId>{nobody}<ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>{get_head}{nothing_attached}<CachePolicyId>{CACHING_OPTIMIZED}</CachePolicyId></DefaultCacheBehavior><CacheBehaviors><Quantity>3</Quantity><Items><CacheBehavior><PathPattern>/shop/*</PathPattern><TargetOriginId>shop</TargetOriginId>{nobody}<ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>{get_head}{nothing_attached}<ForwardedValues><QueryString>true</QueryString><Cookies><Forward>whitelist</Forward><WhitelistedNames><Quantity>1</Quantity><Items><Name>session</Name></Items></WhitelistedNames></Cookies><Headers><Quantity>1</Quantity><Items><Name>Accept-Language</Name></Items></Headers><QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues><MinTTL>1</MinTTL><DefaultTTL>60</DefaultTTL><MaxTTL>600</MaxTTL></CacheBehavior>{assets}{pictures}</Items></CacheBehaviors><CustomErrorResponses><Quantity>2</Quantity><Items><CustomErrorResponse><ErrorCode>503</ErrorCode><ResponsePagePath>/errors/sorry.html</ResponsePagePath><ResponseCode>503</ResponseCode><ErrorCachingMinTTL>5</ErrorCachingMinTTL></CustomErrorResponse><CustomErrorResponse><ErrorCode>500</ErrorCode><ErrorCachingMinTTL>1</ErrorCachingMinTTL></CustomErrorResponse></Items></CustomErrorResponses><Comment>shop &amp; pictures, ask Käthe before changing</Comment><Logging><Enabled>true</Enabled><IncludeCookies>false</IncludeCookies><Bucket>logs-example.s3.amazonaws.com</Bucket><Prefix>cdn/</Prefix></Logging><PriceClass>PriceClass_100</PriceClass><Enabled>true</Enabled><ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion></ViewerCertificate><Restrictions><GeoRestriction><RestrictionType>blacklist</RestrictionType><Quantity>1</Quantity><Items><Location>AQ</Location></Items></GeoRestriction></Restrictions><WebACLId></WebACLId><HttpVersion>http2and3</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled><ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId><Staging>false</Staging></DistributionConfig>"#
    )
}
