from . import samples as samples
from .cleaned import Cleaned as Cleaned
from .cleaned_scan import CleanedScan as CleanedScan
from .cleaning import clean as clean
from .content.canary import FastPathWarning as FastPathWarning
from .content_types import ContentType as ContentType
from .description import Description as Description, describe as describe
from .domain import Domain as Domain
from .errors import (
    ChangedDataError as ChangedDataError,
    CpnbError as CpnbError,
    CredentialsError as CredentialsError,
    DomainNotFoundError as DomainNotFoundError,
    ExpressionError as ExpressionError,
    FieldsError as FieldsError,
    FrameError as FrameError,
    InvalidDataError as InvalidDataError,
    ReadError as ReadError,
    ReplacementError as ReplacementError,
    SandboxError as SandboxError,
    SegmentExistsError as SegmentExistsError,
    ServiceError as ServiceError,
    SnapshotError as SnapshotError,
    SourceSegmentError as SourceSegmentError,
    TransferError as TransferError,
    UnreachableError as UnreachableError,
    UploadError as UploadError,
    WaitTimeoutError as WaitTimeoutError,
)
from .examining import Examining as Examining
from .expressions import calculated as calculated, in_segment as in_segment, profile as profile
from .failed_rows import FailedRowsWarning as FailedRowsWarning
from .fields import Field as Field, FieldMap as FieldMap
from .finding import Finding as Finding
from .iam import IamPolicy as IamPolicy, iam_policy as iam_policy
from .matching import FunnelChart as FunnelChart, Preview as Preview, preview as preview
from .monitoring import (
    JobChart as JobChart,
    JobDetails as JobDetails,
    UploadJobs as UploadJobs,
    list_jobs as list_jobs,
    look_at_job as look_at_job,
)
from .planning import Plan as Plan, plan as plan
from .reading import ReadWarning as ReadWarning, Scan as Scan, read as read, scan as scan
from .report import Report as Report
from .retrying import Patience as Patience
from .sandbox_process import Sandbox as Sandbox
from .schema import schema_for as schema_for
from .segments import (
    Comparison as Comparison,
    EmptySegmentWarning as EmptySegmentWarning,
    ReplacedSegmentWarning as ReplacedSegmentWarning,
    SegmentDefinition as SegmentDefinition,
    Snapshot as Snapshot,
    SortBy as SortBy,
    Sql as Sql,
    StaleEstimateWarning as StaleEstimateWarning,
    create_segments as create_segments,
    delete_segments as delete_segments,
    list_segments as list_segments,
)
from .suggested import Suggestion as Suggestion, Suggestions as Suggestions
from .suggestion import suggest as suggest, suggest_fields as suggest_fields
from .templates import template as template
from .unheard_end import UnheardEndWarning as UnheardEndWarning
from .upload_at_work import Upload as Upload
from .upload_job import UploadJob as UploadJob
from .upload_options import UploadOptions as UploadOptions
from .uploads import upload as upload
from .validation import validate as validate
from .widgets.field_map_editor import FieldMapEditor as FieldMapEditor
from .widgets.report_view import ReportView as ReportView
from .widgets.segment_builder import SegmentBuilder as SegmentBuilder

__version__: str

def load_ipython_extension(shell: object) -> None: ...
def unload_ipython_extension(shell: object) -> None: ...
