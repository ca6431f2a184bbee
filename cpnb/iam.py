"""The least that an AWS identity must be allowed, so that the rest of the package works."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import did_you_mean

__all__ = ["IamPolicy", "Purpose", "iam_policy"]

Purpose = Literal["upload", "segments", "failed_rows"]

POLICY_VERSION = "2012-10-17"
"""Version of the policy language, a constant of it. Source: IAM user guide, 'reference_policies_elements_version'."""

ACTION_PREFIX = "profile"
"""What actions and ARNs of Customer Profiles begin with.
Source: AWS service authorization reference, 'list_customer-profiles'; service model, ``TagArn``."""

SERVICE_PRINCIPAL = "profile.amazonaws.com"
"""As whom Customer Profiles assumes a role. Source: AWS service authorization reference; API reference,
CreateSegmentSnapshot."""

# What an ARN goes on with after "domains/<name>". There is no resource for an upload job.
# Source: AWS service authorization reference, 'list_customer-profiles', resource types.
_DOMAIN = ""
_SEGMENTS = "/segment-definitions/*"


@dataclass(frozen=True, slots=True)
class _Statement:
    """Operations that are allowed together, and the resources that they need."""

    sid: str
    operations: tuple[str, ...]
    resources: tuple[str, ...] = (_DOMAIN,)


# A missing domain is told from a missing job or segment by asking for the domain. Its uploads tell whether an estimate
# may be old.
_LOOK_AT_DOMAIN = _Statement("LookAtDomain", ("GetDomain", "ListUploadJobs"))

# Source: AWS service authorization reference, 'list_customer-profiles', actions and their required resources. A test
# holds this to what the package really calls.
_STATEMENTS: Mapping[Purpose, tuple[_Statement, ...]] = MappingProxyType(
    {
        "upload": (
            _LOOK_AT_DOMAIN,
            _Statement(
                "Upload",
                (
                    "CreateUploadJob",
                    "GetUploadJobPath",
                    "StartUploadJob",
                    "StopUploadJob",
                    "GetUploadJob",
                ),
            ),
        ),
        "segments": (
            _LOOK_AT_DOMAIN,
            _Statement(
                "Segments",
                (
                    "CreateSegmentDefinition",
                    "TagResource",  # for a segment that is created with tags
                    "GetSegmentDefinition",
                    "DeleteSegmentDefinition",
                    "GetSegmentMembership",
                    "CreateSegmentSnapshot",
                    "GetSegmentSnapshot",
                ),
                (_DOMAIN, _SEGMENTS),
            ),
            _Statement(
                "SegmentListsAndEstimates",
                (
                    "ListSegmentDefinitions",
                    "CreateSegmentEstimate",
                    "GetSegmentEstimate",
                    "ListProfileAttributeValues",  # where a segment builder is asked for values to choose from
                ),
            ),
        ),
        "failed_rows": (_Statement("LookForCustomers", ("SearchProfiles",)),),
    }
)


class IamPolicy(dict[str, Any]):
    """An IAM policy document: a dict that shows itself as JSON, ready to paste.

    ``json.dumps(policy)`` and ``str(policy)`` are both what the IAM console and the SDKs take.
    """

    def __str__(self) -> str:
        return json.dumps(self, indent=2)

    __repr__ = __str__

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action that the policy allows, in order: ``profile:CreateUploadJob``."""
        return tuple(action for statement in self["Statement"] for action in statement["Action"])


def iam_policy(
    *,
    domain: Domain | str,
    account: str | None = None,
    region: str | None = None,
    for_: Purpose | Collection[Purpose] = ("upload", "segments"),
    snapshot_role: str | None = None,
) -> IamPolicy:
    """Return the policy that allows what this package does in one domain, and nothing else.

    For the person who looks after your AWS account: paste what it prints into a policy of the role
    that you work with.

    Parameters
    ----------
    domain : Domain or str
        The domain, or its name. A `Domain` knows its region, and its account if that is not given:
        it asks AWS, with its own credentials, once.
    account : str, optional
        12 digits, as text: some begin with 0. Needed beside a name.
    region : str, optional
        Such as ``"us-east-1"``. Needed beside a name.
    for_ : {"upload", "segments", "failed_rows"} or several of them
        ``"upload"`` for uploads and for watching, listing and stopping their jobs; ``"segments"`` for
        creating, reading, listing, estimating, exporting and deleting segments; ``"failed_rows"`` for
        `Upload.failed_rows` to look which customers exist. The last lets its holder read every
        customer of the domain, so that it must be asked for.
    snapshot_role : str, optional
        ARN of the role as which the service writes exported segments. Whoever exports must be allowed to pass it to
        the service. By default any role of the account that is passed to Customer Profiles.

    Returns
    -------
    IamPolicy
        A dict, shown as JSON. The file itself goes up without any permission, through the address
        that the service gives, and the question who the account is needs none either. Whether a
        domain with a key of your own in KMS needs rights to that key is not documented.

    Raises
    ------
    ValueError
        If the name, the account, the region or a purpose is none, or the region is not the domain's.
    TypeError
        If a name is given without its account and region.
    CredentialsError, UnreachableError
        If a `Domain` has to ask for its account and cannot.

    Source: AWS service authorization reference, 'list_customer-profiles'.

    Examples
    --------
    >>> policy = iam_policy(domain="loyalty", account="123456789012", region="us-east-1", for_="upload")
    >>> policy["Statement"][1]["Resource"]
    ['arn:aws:profile:us-east-1:123456789012:domains/loyalty']
    """
    name, account, region = _place(domain, account, region)
    root = f"arn:{catalog.partition(region)}:{ACTION_PREFIX}:{region}:{account}:domains/{name}"
    statements = {one.sid: one for purpose in _purposes(for_) for one in _STATEMENTS[purpose]}
    return IamPolicy(
        Version=POLICY_VERSION,
        Statement=[
            {
                "Sid": one.sid,
                "Effect": "Allow",
                "Action": [f"{ACTION_PREFIX}:{operation}" for operation in one.operations],
                "Resource": [root + ending for ending in one.resources],
            }
            for one in statements.values()
        ]
        + ([_pass_role(account, region, snapshot_role)] if "segments" in _purposes(for_) else []),
    )


def _pass_role(account: str, region: str, role: str | None) -> dict[str, Any]:
    """Return the statement that allows to hand a role to Customer Profiles, and to no other service.

    Source: IAM user guide, 'id_roles_use_passrole'; condition key ``iam:PassedToService``.
    """
    if role is not None and not re.fullmatch(r"arn:[a-z-]+:iam::[0-9]{12}:role/.+", str(role)):
        raise ValueError(
            f"snapshot_role is {role!r}; expected the ARN of a role, 'arn:aws:iam::123456789012:role/name'."
        )
    return {
        "Sid": "HandRoleToSnapshots",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [role or f"arn:{catalog.partition(region)}:iam::{account}:role/*"],
        "Condition": {"StringEquals": {"iam:PassedToService": SERVICE_PRINCIPAL}},
    }


def _place(domain: Domain | str, account: str | None, region: str | None) -> tuple[str, str, str]:
    """Return name, account and region, checked."""
    if isinstance(domain, Domain):
        if region not in {None, domain.region}:
            raise ValueError(f"The domain lies in {domain.region}, and region={region!r} was given. Leave region out.")
        name, region, account = domain.name, domain.region, account or domain.account
    else:
        if not isinstance(domain, str):
            raise TypeError(f"domain is a {type(domain).__name__}; expected a Domain, or its name as text.")
        name = domain
        bounds = catalog.limit("CreateUploadJobRequest", "DomainName")
        if not len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
            raise ValueError(
                f"{name!r} cannot be the name of a domain: expected {bounds.minimum} to {bounds.maximum} letters, "
                "digits, '_' or '-'. A policy for every domain would not be the least that is needed."
            )
    if account is None or region is None:
        raise TypeError(
            f"A name alone does not say where the domain is. Give both, iam_policy(domain={name!r}, "
            "account='123456789012', region='us-east-1'), or a Domain object, which knows."
        )
    if not isinstance(region, str):
        raise TypeError(f"region is a {type(region).__name__}; expected text, such as 'us-east-1'.")
    if not re.fullmatch(r"[0-9]{12}", str(account)):  # a number has lost the zeros that it began with
        raise ValueError(
            "account is not the number of an AWS account: expected 12 digits as text, in quotation marks and without "
            "hyphens. The console shows it at the upper right."
        )
    return name, account, region


def _purposes(for_: Purpose | Collection[Purpose]) -> list[Purpose]:
    known = list(get_args(Purpose))
    if not isinstance(for_, Collection):
        raise TypeError(f"for_ is a {type(for_).__name__}; expected some of {', '.join(map(repr, known))}.")
    asked = [for_] if isinstance(for_, str) else list(for_)
    for purpose in asked:
        if purpose not in known:
            raise ValueError(
                f"for_ has {purpose!r}, which is no purpose.{did_you_mean(str(purpose), known)} Expected some of "
                f"{', '.join(map(repr, known))}."
            )
    if not asked:
        raise ValueError(f"for_ is empty, and would allow nothing. Expected some of {', '.join(map(repr, known))}.")
    return asked
