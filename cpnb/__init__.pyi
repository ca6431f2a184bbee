from . import samples as samples
from .domain import Domain as Domain
from .errors import (
    ChangedDataError as ChangedDataError,
)
from .errors import (
    CpnbError as CpnbError,
)
from .errors import (
    CredentialsError as CredentialsError,
)
from .errors import (
    DomainNotFoundError as DomainNotFoundError,
)
from .errors import (
    ExpressionError as ExpressionError,
)
from .errors import (
    FieldsError as FieldsError,
)
from .errors import (
    FrameError as FrameError,
)
from .errors import (
    InvalidDataError as InvalidDataError,
)
from .errors import (
    ReadError as ReadError,
)
from .errors import (
    SandboxError as SandboxError,
)
from .errors import (
    SegmentExistsError as SegmentExistsError,
)
from .errors import (
    ServiceError as ServiceError,
)
from .errors import (
    TransferError as TransferError,
)
from .errors import (
    UnreachableError as UnreachableError,
)
from .errors import (
    UploadError as UploadError,
)
from .errors import (
    WaitTimeoutError as WaitTimeoutError,
)
from .expressions import calculated as calculated, profile as profile
from .fields import ContentType as ContentType
from .fields import Field as Field
from .fields import FieldMap as FieldMap
from .planning import Plan as Plan
from .planning import UploadOptions as UploadOptions
from .planning import plan as plan
from .reading import read as read
from .report import Finding as Finding
from .report import Report as Report
from .sandbox_process import Sandbox as Sandbox
from .schema import schema_for as schema_for
from .segments import SegmentDefinition as SegmentDefinition
from .segments import list_segments as list_segments
from .suggestion import suggest_fields as suggest_fields
from .upload_job import UploadJob as UploadJob
from .uploads import Upload as Upload
from .uploads import upload as upload
from .validation import validate as validate

__version__: str

def load_ipython_extension(shell: object) -> None: ...
def unload_ipython_extension(shell: object) -> None: ...
