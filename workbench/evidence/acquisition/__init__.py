"""From S3 into an evidence folder: every object hashed while it arrives, nothing written outside the folder.

Acquisition only reads. Each call it makes, and the permission for it:

| call | IAM action | without it |
|---|---|---|
| ListObjectVersions | `s3:ListBucketVersions` on the bucket | ListObjectsV2 instead; deletions are not seen |
| ListObjectsV2 | `s3:ListBucket` on the bucket | nothing can be acquired |
| GetObject | `s3:GetObject` on the objects | each refused object is listed with its reason |
| GetObject of a version | `s3:GetObjectVersion` on the objects | the same; only `all_versions` asks for it |
| (SSE-KMS) | `kms:Decrypt` on the key | the same |
| ListPublicKeys | `cloudtrail:ListPublicKeys` on `*` | a warning; digests cannot be verified |
| GetCallerIdentity | needs none | a warning; the manifest does not say who acquired |

The folder, as `workbench verify` expects it:

`BUCKET/KEY`
    The bytes as S3 stores them, readable by their owner only.
`BUCKET~other/...`
    Objects that cannot lie under their key: `..`, empty or too long segments, a name that is also a folder,
    a second version. The name spells the key; the manifest tells which object it is.
`meta.jsonl`
    One line per object, the fields of head-object from GetObject's own answer (one request instead of two),
    and the journal by which an interrupted acquisition goes on.
`meta-other.jsonl`
    The same for the objects in `BUCKET~other`, apart, so that a signature is never taken for another's.
`public-keys-REGION.json`
    The output of list-public-keys for the time of the digests.
`manifest.json`
    What was acquired, when, by whom, with the SHA-256 of each object, and what was not, and why. While an
    acquisition runs, or after it was interrupted, `complete` is false.

Where to look: `run` (the acquisition), `aws` (client, errors), `listing` (objects and versions), `places`
(paths), `fetching` (one object), `folder` and `journal` (what is there), `public_keys`, `manifest`.

References
----------
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from workbench.evidence.acquisition.aws import aws_session
from workbench.evidence.acquisition.report import Acquisition
from workbench.evidence.acquisition.run import acquire

__all__ = ["Acquisition", "acquire", "aws_session"]
