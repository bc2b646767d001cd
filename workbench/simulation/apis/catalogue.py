"""The APIs that the simulated organization uses, by `service:Name`; the tables lie beside this file."""

from workbench.simulation.apis.compute import COMPUTE
from workbench.simulation.apis.identity import IDENTITY
from workbench.simulation.apis.impairment import FOR_LOG_FILES, IMPAIRMENT, LIFECYCLE, SELECTORS
from workbench.simulation.apis.storage import FOR_SECRETS, STORAGE

CALLS = {f"{call.service}:{call.name}": call for call in (*IDENTITY, *COMPUTE, *STORAGE, *IMPAIRMENT)}
# KMS is asked the same of for a secret, in other words.
CALLS["kms:Decrypt/secret"] = FOR_SECRETS
# The same calls, asked by others and for more.
CALLS["kms:GenerateDataKey/trail"] = FOR_LOG_FILES
CALLS["cloudtrail:PutEventSelectors/basic"] = SELECTORS
CALLS["s3:PutBucketLifecycle/logs"] = LIFECYCLE
