"""Who is who: accounts, people, machine users, roles, addresses. Data only."""

from dataclasses import dataclass, field
from functools import cache

from workbench.simulation.dice import Dice

ORGANIZATION_ID = "o-n4kq7w2zx1"
TRAIL = "org-trail"
LOG_BUCKET = "nordwind-trail-logs"
CONFIG_BUCKET = "nordwind-config-history"
HOME = "us-east-1"  # of the trail, of Identity Center, and where AWS records its global services
EUROPE = "eu-west-1"  # where the applications run
UNUSED = "af-south-1"  # an opt-in region that the organization never enabled
DOMAIN = "nordwind.example"


@dataclass(frozen=True, slots=True)
class Account:
    """One AWS account; `regions` are those in which something happens during the simulated days."""

    id: str
    name: str
    kind: str
    regions: tuple[str, ...]

    @property
    def email(self) -> str:
        """Address of the root user."""
        return f"aws+{self.name}@{DOMAIN}"


MANAGEMENT = Account("111122223333", "management", "management", (HOME,))
ARCHIVE = Account("222233334444", "log-archive", "security", (HOME,))
PRODUCTION = Account("333344445555", "production", "workload", (HOME, EUROPE))
DEVELOPMENT = Account("444455556666", "development", "workload", (HOME, EUROPE))
PARTNER = Account("777788889999", "lodestar-telemetry", "external", ())
OUTSIDER = "999988887777"  # nobody knows it until a trust policy names it
CHINA = Account("555566667777", "nordwind-china", "partition", ("cn-north-1",))
GOVCLOUD = Account("666677778888", "nordwind-federal", "partition", ("us-gov-west-1",))
ELSEWHERE = (CHINA, GOVCLOUD)  # in other partitions: the organization ends before, each has its own trail

CORE = (MANAGEMENT, ARCHIVE, PRODUCTION, DEVELOPMENT)
EXTRA_NAMES = ("billing", "warehouse", "fleet", "customs", "portal", "forecast", "mobile", "archive")


def partition(account: str) -> str:
    """Return the partition of an account, as it stands in its ARNs.

    Examples
    --------
    >>> partition(CHINA.id), partition(PRODUCTION.id)
    ('aws-cn', 'aws')
    """
    return {CHINA.id: "aws-cn", GOVCLOUD.id: "aws-us-gov"}.get(account, "aws")


def members_of(count: int) -> tuple[Account, ...]:
    """Return the four core accounts and as many further workload accounts as `count` asks for."""
    return CORE + tuple(_extra(number) for number in range(count - len(CORE)))


def _extra(number: int) -> Account:
    name = f"{EXTRA_NAMES[number % len(EXTRA_NAMES)]}-{number + 1:02d}"
    digits = 500_000_000_000 + Dice("account", number).below(9_999_999) * 10_000 + number
    return Account(str(digits), name, "workload", (HOME, EUROPE))


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role, with its path."""

    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> str:
        """The role's ARN, path included."""
        return f"arn:{partition(self.account)}:iam::{self.account}:role{self.path}{self.name}"

    def session(self, name: str) -> str:
        """Return the ARN of a session; it never shows the path."""
        return f"arn:{partition(self.account)}:sts::{self.account}:assumed-role/{self.name}/{name}"


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user with one long-term access key."""

    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return f"arn:{partition(self.account)}:iam::{self.account}:user{self.path}{self.name}"


UPLOADER = User(DEVELOPMENT.id, "ci-artifact-uploader", "/ci/")
TOMAS = User(DEVELOPMENT.id, "tomas.keller")
HANA = User(MANAGEMENT.id, "hana.sato")
REPORTING = User(PRODUCTION.id, "svc-reporting", "/service/")
STOLEN_KEY = -1  # of the reporting user; its own keys are counted from 0, one more each Tuesday
PARTNER_USER = User(PARTNER.id, "telemetry-collector")

SSO_PATH = f"/aws-reserved/sso.amazonaws.com/{HOME}/"
IDENTITY_STORE = f"arn:aws:identitystore::{MANAGEMENT.id}:identitystore/d-90671c2f4b"
SSO_INSTANCE = "ssoins-7223e6a1c0d4b85f"

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/144.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.3 Safari/605.1.15"
)
CLI = (
    "aws-cli/2.33.2 md/awscrt#0.29.2 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.11 "
    "md/pyimpl#CPython m/E cfg/retry-mode#standard md/installer#exe"
)
BOTO = (
    "Boto3/1.42.31 md/Botocore#1.42.31 ua/2.1 os/linux#6.1.159 md/arch#x86_64 lang/python#3.12.12 "
    "md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.42.31"
)
PHONE = "aws-sdk-swift/1.6.31 ua/2.1 api/s3#1.6.31 os/ios#26.2 lang/swift#6.2"
JAVA = "aws-sdk-java/2.41.5 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.159 lang/java#21.0.9 m/E"
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.14.3 (+https://www.terraform.io) terraform-provider-aws/6.28.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.41.1 ua/2.1 os/linux "
    "lang/go#1.25.5"
)
RUNNER = (
    "aws-sdk-js/3.964.0 ua/2.1 os/linux#6.11.0 lang/js md/nodejs#24.12.0 api/sts#3.964.0 "
    "configure-aws-credentials-for-github-actions"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a directory entry; `access` are pairs of account and permission set."""

    name: str
    login: str
    user_id: str
    address: str
    browser: str
    starts: int
    access: tuple[tuple[Account, str], ...] = field(default=())

    @property
    def mail(self) -> str:
        """The name under which Identity Center opens sessions."""
        return f"{self.login}@{DOMAIN}"


ASTRID = Person(
    "Astrid Holm", "astrid.holm", "7448d4c8-9081-70c3-4f1a-6be1c0a57d12", "198.51.100.24", CHROME, 7,
    ((MANAGEMENT, "AdministratorAccess"), (PRODUCTION, "AdministratorAccess")),
)
JONAS = Person(
    "Jonas Berg", "jonas.berg", "94580408-5051-7017-b2cf-8a1f3e20cc41", "198.51.100.24", FIREFOX, 8,
    ((PRODUCTION, "PlatformEngineer"), (DEVELOPMENT, "PlatformEngineer")),
)
MIRA = Person(
    "Mira Sandoval", "mira.sandoval", "b4a8e478-30a1-7062-9c0d-15d0f4b2e977", "198.51.100.61", SAFARI, 9,
    ((DEVELOPMENT, "Developer"), (PRODUCTION, "ViewOnlyAccess")),
)
OSKAR = Person(
    "Oskar Lind", "oskar.lind", "e4f8b4a8-d0f1-70aa-61d7-c52b90e3a604", "198.51.100.24", FIREFOX, 8,
    ((ARCHIVE, "SecurityAudit"),),
)
INES = Person("Ines Duarte", "ines.duarte", "", "198.51.100.93", CHROME, 8)  # through the company's own SAML

PEOPLE = (ASTRID, JONAS, MIRA, OSKAR)

JENKINS = "198.51.100.77"
TOMAS_HOME = "198.51.100.112"
PARTNER_ADDRESS = "192.0.2.210"
NAT = {PRODUCTION.id: "198.51.100.140", DEVELOPMENT.id: "198.51.100.156", ARCHIVE.id: "198.51.100.172"}
RUNNERS = tuple(f"192.0.2.{last}" for last in range(32, 48))
REPOSITORIES = ("orders-api", "orders-worker", "tracking-web")

SECRETS = (
    "prod/orders/database", "prod/orders/payment-gateway", "prod/tracking/maps-api", "prod/billing/stripe",
    "prod/crm/salesforce", "prod/warehouse/scanner", "prod/mail/smtp", "prod/customs/portal",
    "prod/reporting/warehouse-db", "prod/partners/lodestar", "prod/jwt/signing-key", "prod/vpn/preshared",
)

EXPORTS = "nordwind-prod-customer-exports"
ARTIFACTS = "nordwind-dev-build-artifacts"
ORDERS = "nordwind-prod-orders"
LAKE = "nordwind-prod-analytics-lake"
AUDIT = "nordwind-audit-archive"
TRACKING = "nordwind-prod-tracking-labels"


def sso_role(account: Account, permission_set: str) -> Role:
    """Return the reserved role that Identity Center keeps in an account for a permission set."""
    tail = Dice("sso", account.id, permission_set).hexadecimal(16)
    return Role(account.id, f"AWSReservedSSO_{permission_set}_{tail}", SSO_PATH)


def linked_role(account: str, service: str, name: str) -> Role:
    """Return a service-linked role."""
    return Role(account, f"AWSServiceRoleFor{name}", f"/aws-service-role/{service}.amazonaws.com/")


@cache
def instance_id(account: str, number: int) -> str:
    """Return the id of an account's `number`-th instance."""
    return "i-0" + Dice("instance", account, number).hexadecimal(16)


def vpc_endpoint(account: str) -> str:
    """Return the id of an account's gateway endpoint to S3."""
    return "vpce-0" + Dice("vpc endpoint", account).hexadecimal(16)


@cache
def secret_arn(account: str, name: str) -> str:
    """Return a secret's ARN: AWS adds six characters to its name."""
    return f"arn:aws:secretsmanager:{EUROPE}:{account}:secret:{name}-{Dice('secret', name).letters(6)}"


@cache
def key_arn(account: str, region: str) -> str:
    """Return the ARN of an account's application KMS key."""
    return f"arn:aws:kms:{region}:{account}:key/{Dice('kms', account, region).uuid()}"


@cache
def surroundings(account: str) -> dict[str, str]:
    """Return the resources of an account that its calls name, unless a call names another."""
    dice = Dice("surroundings", account)
    name = {item.id: item.name for item in CORE}.get(account, f"workload-{account[-4:]}")
    return {
        "bucket": f"nordwind-{name}-data", "key": "index.json", "prefix": "", "user": "svc-reporting",
        "role": "orders-worker-role", "policy": f"arn:aws:iam::{account}:policy/orders-worker-policy",
        "function": "orders-worker", "cluster": "applications", "ecs_service": "orders-api", "revision": "41",
        "instance": instance_id(account, 1), "volume": "vol-0" + dice.hexadecimal(16),
        "snapshot": "snap-0" + dice.hexadecimal(16), "group": "sg-0" + dice.hexadecimal(16),
        "image": "ami-0" + dice.hexadecimal(16), "table": "orders",
        "trail": f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT.id}:trail/{TRAIL}",
        "detector": dice.hexadecimal(32), "opt_region": UNUSED, "parameter": "/orders/settings",
        "analyzer": f"arn:aws:access-analyzer:{EUROPE}:{account}:analyzer/organization",
        "secret": secret_arn(account, SECRETS[0]),
        "task_arn": f"arn:aws:ecs:{EUROPE}:{account}:task-definition/orders-api",
        "target_group": f"arn:aws:elasticloadbalancing:{EUROPE}:{account}:targetgroup/orders/4f1c0a9b",
    }
