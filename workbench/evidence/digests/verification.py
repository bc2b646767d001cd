"""Verification of an evidence folder: every digest, every log."""

from collections.abc import Iterable, Mapping

from workbench.evidence.digests.answers import Verification
from workbench.evidence.digests.proof import AnyPath, read_proof


def verify(
    path: AnyPath,
    public_keys: Iterable[AnyPath] = (),
    metadata: AnyPath | None = None,
    bucket_map: Mapping[str, str] | None = None,
) -> Verification:
    """Validate the log files of an evidence folder against the digests that AWS signed.

    Parameters
    ----------
    path
        The folder that holds `AWSLogs`, a bucket's folder, or any folder below `AWSLogs`. It is only read.
    public_keys
        Outputs of `aws cloudtrail list-public-keys`, named `public-keys-REGION.json`. None given: those that
        lie in the folder.
    metadata
        `head-object` outputs of the digests, one in a line. None: `meta.jsonl` of the folder, if it has one.
    bucket_map
        In which folder below the root the objects of a bucket lie, where it is not the bucket's name.

    Returns
    -------
    Verification
        Verdicts, findings, covered time; `exit_code` tells it as a number.

    Raises
    ------
    EvidenceError
        There is no such folder, or a file of keys or metadata that was named cannot be used.
    ParameterError
        The bucket map is none.

    Examples
    --------
    >>> import workbench.evidence.digests as digests
    >>> verification = digests.verify("data/sample")
    >>> verification.exit_code, verification.summary()["logs"]
    (0, {'valid': ...})

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    """
    return read_proof(path, public_keys, metadata, bucket_map).finish()
