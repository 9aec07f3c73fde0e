"""Workbooks as services tell them, and how an upload of them is refused as a whole."""

from __future__ import annotations

from typing import TypedDict

from contracts.errors import Kind, ServiceError
from contracts.jobs import StartedJobFacts


class WorkbookFacts(TypedDict):
    """A workbook to be downloaded."""

    filename: str
    xlsx_base64: str


class WorkbooksUploadFacts(TypedDict):
    """A file that is about to be sent: one workbook or an archive of them; `size` in bytes."""

    round_id: str
    filename: str
    sha256: str
    size: int
    is_check: bool
    received_at: str


class BegunWorkbooksFacts(TypedDict):
    """The id to send the chunks under, or the job where the same was sent before."""

    job: StartedJobFacts | None
    file_id: str | None


# -- refusals -------------------------------------------------------------------------------


class WorkbooksUnreadable(ServiceError):
    """What was uploaded is neither a workbook nor an archive of workbooks."""

    code = "reports.workbooks_unreadable"
    kind = Kind.INVALID
    message = (
        "{filename} is {found}, no .xlsx file and no .zip file with .xlsx files in it. "
        "Save it as an Excel workbook (.xlsx) without a password."
    )
    message_th = (
        "{filename} เป็น{found_th} ไม่ใช่ไฟล์ .xlsx และไม่ใช่ไฟล์ .zip ที่มีไฟล์ .xlsx อยู่ข้างใน "
        "โปรดบันทึกเป็น Excel Workbook (.xlsx) โดยไม่ตั้งรหัสผ่าน"
    )


class TooManyWorkbooks(ServiceError):
    """An archive holds more files than one upload may."""

    code = "reports.too_many_workbooks"
    kind = Kind.INVALID
    message = "The archive holds {files} files; one upload may hold {most}."
    message_th = "ไฟล์ .zip มี {files} ไฟล์ อัปโหลดได้ครั้งละไม่เกิน {most} ไฟล์"
