"""How an upload of workbooks is refused as a whole."""

from __future__ import annotations

from contracts.errors import Kind, ServiceError


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
