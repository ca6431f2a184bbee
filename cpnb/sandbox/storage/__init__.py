"""The sandbox's object storage: signed upload URLs, the PUT behind them, sealed objects; and the rest of AWS."""

from cpnb.sandbox.storage.buckets import BucketError, Buckets
from cpnb.sandbox.storage.object_store import ObjectStore, SignedUpload
from cpnb.sandbox.storage.other_services import OtherServices
from cpnb.sandbox.storage.sealed import WrongKeyError

__all__ = ["BucketError", "Buckets", "ObjectStore", "OtherServices", "SignedUpload", "WrongKeyError"]
