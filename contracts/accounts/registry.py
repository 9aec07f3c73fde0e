"""Importing the registry: what is told of a file, and how one is refused."""

from __future__ import annotations

from typing import TypedDict

from marshmallow import Schema, fields

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed


class ChangedRow(Schema):
    """One fact of an LAO that the file has otherwise."""

    organisation_id = fields.String(required=True)
    full_name = fields.String(required=True)
    code = fields.String(required=True)
    kind = fields.String(
        required=True, metadata={"description": "rename, upgrade, correction, details"}
    )
    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class ChangedRowFacts(TypedDict):
    organisation_id: str
    full_name: str
    code: str
    kind: str
    field: str
    before: object
    after: object


class ComparedRow(Schema):
    """An LAO that only one side has."""

    organisation_id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    full_name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    province = fields.String(required=True)


class ComparedRowFacts(TypedDict):
    organisation_id: str | None
    code: str
    full_name: str
    district: str | None
    province: str


class ComparedRows(Schema):
    """How many there are, and the first thousand."""

    count = fields.Integer(required=True)
    rows = fields.List(fields.Nested(ComparedRow), required=True)


class ComparedRowsFacts(TypedDict):
    count: int
    rows: list[ComparedRowFacts]


class ChangedRows(Schema):
    """How many there are, and the first thousand."""

    count = fields.Integer(required=True)
    rows = fields.List(fields.Nested(ChangedRow), required=True)


class ChangedRowsFacts(TypedDict):
    count: int
    rows: list[ChangedRowFacts]


class ImportComparison(Schema):
    """What an import found, row by row."""

    added = fields.Nested(ComparedRows, required=True)
    changed = fields.Nested(ChangedRows, required=True)
    gone = fields.Nested(ComparedRows, required=True)
    closed = fields.Nested(
        ComparedRows, required=True, metadata={"description": "มีในไฟล์แต่เลิกแล้วในระบบ ไม่แตะต้อง"}
    )


class ImportComparisonFacts(TypedDict):
    added: ComparedRowsFacts
    changed: ChangedRowsFacts
    gone: ComparedRowsFacts
    closed: ComparedRowsFacts


class RegistryFinding(Schema):
    """Something wrong at one place of the file, and what to do about it."""

    line = fields.Integer(required=True)
    column = fields.String(required=True)
    reason = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "ภาษาไทย"})
    message_en = fields.String(required=True, metadata={"description": "ภาษาอังกฤษ"})
    value = fields.String(required=True)


class RegistryFindingFacts(TypedDict):
    line: int
    column: str
    reason: str
    message: str
    message_en: str
    value: str


class RegistryFindings(Schema):
    """How many there are, by reason, and the first thousand."""

    count = fields.Integer(required=True)
    by_reason = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rows = fields.List(fields.Nested(RegistryFinding), required=True)


class RegistryFindingsFacts(TypedDict):
    count: int
    by_reason: dict[str, int]
    rows: list[RegistryFindingFacts]


class ImportResult(Schema):
    """The result of the job `import_registry`; of the LAOs, each is counted once."""

    dry_run = fields.Boolean(required=True)
    rows = fields.Integer(required=True)
    organisations = fields.Integer(required=True)
    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    gone = fields.Integer(
        required=True, metadata={"description": "อปท. ที่มีอยู่เดิมแต่ไม่มีในไฟล์ ระบบไม่ลบ"}
    )
    provinces = fields.Integer(required=True)
    districts = fields.Integer(required=True)
    rejected = fields.Nested(RegistryFindings, required=True, metadata={"description": "แถวที่ไม่รับ"})
    comparison = fields.Nested(ImportComparison, required=True)
    dirt = fields.Nested(
        RegistryFindings, required=True, metadata={"description": "ค่าที่เว้นว่างหรือควรตรวจ"}
    )


class ImportResultFacts(TypedDict):
    dry_run: bool
    rows: int
    organisations: int
    added: int
    changed: int
    unchanged: int
    gone: int
    provinces: int
    districts: int
    rejected: RegistryFindingsFacts
    comparison: ImportComparisonFacts
    dirt: RegistryFindingsFacts


class BegunImportFacts(TypedDict):
    """A file that is about to be sent; its parts are sent under the id."""

    import_id: str


class ImportQuery(Closed):
    """How to import."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "เปรียบเทียบเท่านั้น ไม่บันทึก"})


# -- refusals -------------------------------------------------------------------------------


class ImportNotFound(ServiceError):
    """No such upload, or parts of it are missing."""

    code = "accounts.import_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no complete upload {import_id}. Send the file again."
    message_th = "ไม่พบไฟล์นำเข้า {import_id} ที่ครบถ้วน โปรดส่งไฟล์ใหม่"


class RegistryRefused(ServiceError):
    """The file as a whole cannot be read as a registry."""

    code = "accounts.registry_refused"
    kind = Kind.INVALID
    message = "The file cannot be read as the registry: {reason} (line {line})."
    message_th = "อ่านไฟล์ทะเบียนไม่ได้: {reason_th} (บรรทัด {line})"
