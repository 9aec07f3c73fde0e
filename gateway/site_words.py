"""Holds what the pages say, in Thai and in English, and what to do by status."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

HOME: Words = {
    "th": (
        "สุจริต: ระบบรับรายงานขององค์กรปกครองส่วนท้องถิ่น",
        """
<p>ระบบนี้รับรายงานด้านมาตรฐานทางจริยธรรมประจำปีที่องค์กรปกครองส่วนท้องถิ่นต้องส่งให้หน่วยงานกลาง
ออกใบรับที่ใครก็ตรวจสอบได้ และแสดงความครบถ้วนของการรายงาน</p>
<h2>เริ่มที่ไหน</h2>
<ul>
<li>ได้รับใบรหัสเปิดใช้งาน: <a href="/activate">วิธีเปิดใช้งานบัญชี</a></li>
<li>มีใบรับอยู่ในมือ: <a href="/verify">ตรวจสอบใบรับ</a></li>
<li>จะยื่นรายงานด้วยโปรแกรม: คำอธิบาย API อยู่ที่ <a href="/openapi.json">/openapi.json</a>
เริ่มด้วย <code>POST /v1/sessions</code> แล้วดูรายงานที่ต้องส่งที่ <code>GET /v1/obligations</code></li>
<li>กุญแจสาธารณะสำหรับตรวจใบรับเอง: <a href="/.well-known/jwks.json">/.well-known/jwks.json</a></li>
<li>บัญชีใบรับประจำวัน: <a href="/v1/receipt-rolls">/v1/receipt-rolls</a></li>
</ul>""",
    ),
    "en": (
        "Sucharit: reports of local administrative organisations",
        """
<p>Local administrative organisations file their yearly ethics reports here. Each filing is answered
with a receipt that anyone can check, and completeness is shown within seconds.</p>
<h2>Where to begin</h2>
<ul>
<li>With an activation slip: <a href="/activate">how to activate an account</a></li>
<li>With a receipt in hand: <a href="/verify">check a receipt</a></li>
<li>To file with a program: the API is described at <a href="/openapi.json">/openapi.json</a>;
begin with <code>POST /v1/sessions</code>, then <code>GET /v1/obligations</code> lists what is owed</li>
<li>Public keys, to check receipts by yourself:
<a href="/.well-known/jwks.json">/.well-known/jwks.json</a></li>
<li>The daily rolls of receipts: <a href="/v1/receipt-rolls">/v1/receipt-rolls</a></li>
</ul>""",
    ),
}

_VERIFY = """
<p>{about}</p>
<form>
<label for="receipt">{paste}</label>
<textarea id="receipt" name="receipt" rows="8" autocomplete="off" spellcheck="false"></textarea>
<label for="file">{upload}</label>
<input id="file" name="file" type="file" accept=".json,.txt,application/json,text/plain">
<p><button>{check}</button></p>
</form>
<output id="said" aria-live="polite" {messages}></output>
<noscript><p>{noscript}</p></noscript>
<h2>{offline}</h2>
<pre>./sucharit receipt verify FILE --keys https://…/.well-known/jwks.json</pre>
<p><a href="/">{home}</a></p>"""


def _verify(messages: Mapping[str, str], **words: str) -> str:
    attributes = " ".join(f'data-{name}="{said}"' for name, said in messages.items())
    return _VERIFY.format(messages=attributes, **words)


VERIFY: Words = {
    "th": (
        "ตรวจสอบใบรับ",
        _verify(
            {
                "asking": "กำลังตรวจสอบ…",
                "valid": "ใบรับนี้ระบบเป็นผู้ออกจริง และไม่ถูกแก้ไข",
                "malformed": "ข้อความนี้ไม่ใช่ใบรับ หรือคัดลอกมาไม่ครบ โปรดคัดลอกใหม่ทั้งหมด หรือสแกนคิวอาร์โคดบนใบรับอีกครั้ง",
                "signature": "ใบรับนี้ระบบไม่ได้เป็นผู้ออก หรือถูกแก้ไข โปรดขอใบรับตัวจริงจากผู้ยื่น",
                "changed": "ลายมือชื่อเป็นของจริง แต่ข้อมูลที่แสดงไว้ถูกแก้ไข",
                "superseded": "ต่อมามีการยื่นแก้ไขเพิ่มเติม ฉบับล่าสุดคือครั้งที่",
                "number": "เลขที่",
                "organisationcode": "รหัสหน่วยงาน",
                "codegroup": "ประมวลจริยธรรมกลุ่ม",
                "roundid": "รอบการรายงาน",
                "revision": "ครั้งที่",
                "acceptedat": "รับไว้เมื่อ",
                "ontime": "ยื่นภายในกำหนด",
                "late": "ยื่นเกินกำหนด",
                "unable": "ตรวจสอบไม่ได้ในขณะนี้ โปรดลองใหม่อีกครั้ง",
            },
            about="สแกนคิวอาร์โคดบนใบรับแล้วหน้านี้จะตรวจให้เอง หรือวางข้อความของใบรับ (JSON, ช่อง jws "
            "หรือข้อความในคิวอาร์โคด) ช่องว่างและการขึ้นบรรทัดใหม่ที่ติดมาไม่มีผล",
            paste="ใบรับ",
            upload="หรือเลือกไฟล์ใบรับ (.json, .txt)",
            check="ตรวจสอบ",
            noscript="เบราว์เซอร์นี้ปิด JavaScript ไว้ โปรดเปิด หรือตรวจสอบเองตามวิธีด้านล่าง",
            offline="ตรวจสอบด้วยตนเองโดยไม่ต้องเชื่อเรา",
            home="หน้าแรก",
        ),
    ),
    "en": (
        "Check a receipt",
        _verify(
            {
                "asking": "Checking…",
                "valid": "This receipt is ours and unchanged.",
                "malformed": "This is no receipt, or only part of one. Copy all of it again, or scan"
                " the QR code on the receipt again.",
                "signature": "This receipt is not ours, or it was changed. Ask whoever filed for the"
                " receipt itself.",
                "changed": "The signature is ours, but what is shown with it was changed.",
                "superseded": "An amendment was filed later; the last revision is",
                "number": "Number",
                "organisationcode": "Organisation",
                "codegroup": "Code of ethics",
                "roundid": "Round",
                "revision": "Revision",
                "acceptedat": "Accepted at",
                "ontime": "Filed on time",
                "late": "Filed late",
                "unable": "It cannot be checked now. Try again.",
            },
            about="Scan the QR code on the receipt and this page checks it, or paste the receipt "
            "(JSON, its field jws, or the text of the QR code). Spaces and line breaks do not matter.",
            paste="The receipt",
            upload="Or choose its file (.json, .txt)",
            check="Check",
            noscript="JavaScript is off in this browser. Turn it on, or check the receipt as below.",
            offline="Check it yourself, without trusting us",
            home="Home",
        ),
    ),
}

_ACTIVATION = """<pre>curl -X POST …/v1/activations -H 'Content-Type: application/json' -d '
{"username": "…", "activation_code": "…", "password": "…",
 "holder": {"name": "…", "position": "…", "phone": "…"}}'</pre>
"""

ACTIVATE: Words = {
    "th": (
        "วิธีเปิดใช้งานบัญชี",
        """
<p>ใบรหัสเปิดใช้งานมีชื่อผู้ใช้และรหัสเปิดใช้งาน ซึ่งใช้ได้ครั้งเดียวและมีวันหมดอายุ
ผู้ที่จะถือบัญชีเป็นผู้เปิดใช้งานเอง</p>
<ol>
<li>ตรวจว่าชื่อหน่วยงานบนใบรหัสเป็นของท่าน หากไม่ใช่ให้คืนผู้ส่งมอบ</li>
<li>ตั้งรหัสผ่านใหม่ที่ยาวและไม่เคยใช้ที่อื่น</li>
<li>ส่งชื่อผู้ใช้ รหัสเปิดใช้งาน รหัสผ่านใหม่ ชื่อ-สกุล และตำแหน่งของผู้ถือบัญชี ไปที่
<code>POST /v1/activations</code> จนกว่าหน้าจอเปิดใช้งานจะพร้อม ให้ใช้คำสั่งนี้</li>
</ol>
"""
        + _ACTIVATION
        + "<p>รหัสที่ตามหลัง # ในคิวอาร์โคดอยู่ในเบราว์เซอร์ของท่านเท่านั้น ไม่ได้ส่งมาที่ระบบ "
        "ถ้ารหัสหาย หมดอายุ หรือถูกใช้ไปแล้ว ให้ขอใบรหัสใหม่จากหน่วยที่ส่งมอบ</p>"
        '<p><a href="/">หน้าแรก</a></p>',
    ),
    "en": (
        "How to activate an account",
        """
<p>An activation slip has a username and an activation code, which can be used once and expires.
Whoever will hold the account activates it.</p>
<ol>
<li>See that the organisation on the slip is yours; if not, give it back to whoever handed it out.</li>
<li>Think of a password that is long and used nowhere else.</li>
<li>Send the username, the code, the new password, and the holder's name and position to
<code>POST /v1/activations</code>. Until there is a form for it, with this command:</li>
</ol>
"""
        + _ACTIVATION
        + "<p>What follows the # in the QR code stays in your browser and is not sent to us. When the "
        "code is lost, expired or used, ask the office that hands out slips for a new one.</p>"
        '<p><a href="/">Home</a></p>',
    ),
}

LABELS: Mapping[str, Mapping[str, str]] = {
    "th": {
        "do": "สิ่งที่ควรทำ",
        "code": "รหัสปัญหา",
        "facts": "ข้อเท็จจริงของกรณีนั้นอยู่ในช่อง detail และ errors ของคำตอบ",
        "home": "หน้าแรก",
    },
    "en": {
        "do": "What to do",
        "code": "Code",
        "facts": "The facts of a case are in detail and errors of the answer.",
        "home": "Home",
    },
}

_SEND_IT_RIGHT = {
    "th": "คำขอผิดรูปแบบ ต้องแก้ไขโปรแกรมหรือคำสั่งที่ส่งก่อนส่งใหม่ ดูรูปแบบที่ถูกต้องใน /openapi.json",
    "en": "The request itself is wrong: mend the program or command that sent it, then send it again. "
    "/openapi.json says what is right.",
}
_SMALLER = {
    "th": "ลดขนาดของสิ่งที่ส่งให้อยู่ภายในกำหนด หรือแบ่งส่งเป็นหลายครั้ง",
    "en": "Send less at once, within the limit that is told, or in several parts.",
}

DO_BY_CODE: Mapping[str, Mapping[str, str]] = {
    "second_factor_not_set_up": {
        "th": "ติดตั้งแอปยืนยันตัวตน (TOTP) ขอรหัสลับด้วย POST /v1/second-factors แล้วส่งรหัส 6 หลักจากแอปไปที่ "
        "POST /v1/second-factors/confirmations และเก็บรหัสสำรองไว้ จากนั้นใช้งานต่อได้ทันที",
        "en": "Install an authenticator app (TOTP). Get its secret by POST /v1/second-factors, send "
        "six digits of the app to POST /v1/second-factors/confirmations, keep the recovery codes, "
        "then go on.",
    },
}
"""Where what is to be done is another thing than its status says."""

DO_BY_STATUS: Mapping[int, Mapping[str, str]] = {
    400: _SEND_IT_RIGHT,
    401: {
        "th": "ลงชื่อเข้าใช้ (ใหม่) แล้วทำซ้ำ หากชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง ตรวจตัวพิมพ์และภาษาของแป้นพิมพ์",
        "en": "Sign in (again), then repeat. When username or password are wrong, look at the "
        "keyboard's language and capitals.",
    },
    403: {
        "th": "บัญชีนี้ไม่มีสิทธิทำรายการนี้ ให้ผู้มีหน้าที่ลงชื่อเข้าใช้ด้วยบัญชีของตน หรือติดต่อหน่วยเหนือ",
        "en": "This account may not do that. Whoever is in charge signs in with their own account; "
        "otherwise ask the office above.",
    },
    404: {
        "th": "ตรวจที่อยู่และรหัสที่อ้างถึง สิ่งที่อยู่นอกขอบเขตของบัญชีจะแสดงว่าไม่พบเช่นกัน",
        "en": "Look at the address and the id in it. What is outside an account's area is not found "
        "either.",
    },
    405: _SEND_IT_RIGHT,
    408: {
        "th": "การเชื่อมต่อช้าหรือขาดตอน ส่งใหม่อีกครั้ง การยื่นที่ใช้ Idempotency-Key เดิมไม่มีทางซ้ำ",
        "en": "The connection was slow or broken. Send it again; with the same Idempotency-Key a "
        "filing is never made twice.",
    },
    409: {
        "th": "มีสิ่งที่ทำไว้แล้วขัดกับรายการนี้ เปิดดูสถานะปัจจุบัน แล้วเลือกการกระทำที่ detail แนะนำ",
        "en": "Something done already stands against it. Look at the present state, then do what "
        "detail says.",
    },
    410: {
        "th": "ใช้ได้ครั้งเดียวหรือหมดอายุแล้ว ขอใหม่จากผู้ที่ออกให้",
        "en": "It could be used once, or its time is over. Ask whoever issued it for a new one.",
    },
    412: {
        "th": "มีผู้แก้ไขหลังจากที่ท่านเปิดดู เปิดดูใหม่ ตรวจสิ่งที่เปลี่ยน แล้วทำซ้ำด้วย ETag ใหม่",
        "en": "Somebody changed it after you read it. Read it again, see what changed, and repeat "
        "with the new ETag.",
    },
    413: _SMALLER,
    414: _SMALLER,
    415: {
        "th": "ส่งเนื้อหาเป็นชนิดที่ detail ระบุ และตั้ง Content-Type ให้ตรง",
        "en": "Send the body as the type that detail names, and say so in Content-Type.",
    },
    422: {
        "th": "แก้ไขช่องที่ระบุใน errors (pointer บอกตำแหน่ง) แล้วส่งใหม่ ไม่มีสิ่งใดถูกบันทึก",
        "en": "Mend the places that errors names (pointer says where) and send it again. Nothing was "
        "recorded.",
    },
    428: {
        "th": "อ่านข้อมูลก่อน แล้วส่งหัวข้อ If-Match ด้วย ETag ที่อ่านได้",
        "en": "Read it first, then send its ETag in the If-Match header.",
    },
    429: {
        "th": "รอตามเวลาที่บอกใน Retry-After (วินาที) แล้วลองใหม่",
        "en": "Wait as long as Retry-After says (seconds), then try again.",
    },
    431: _SMALLER,
    500: {
        "th": "เป็นความผิดพลาดของระบบและได้บันทึกไว้แล้ว ลองใหม่ภายหลัง หากยังเป็นอยู่ แจ้งผู้ดูแลพร้อม correlation_id",
        "en": "The fault is ours and is on record. Try later; if it stays, tell the operator the "
        "correlation_id.",
    },
    501: _SEND_IT_RIGHT,
    503: {
        "th": "รอตามเวลาที่บอกใน Retry-After (วินาที) แล้วลองใหม่ การยื่นให้ใช้ Idempotency-Key เดิม",
        "en": "Wait as long as Retry-After says (seconds), then try again; a filing with the same "
        "Idempotency-Key.",
    },
    505: _SEND_IT_RIGHT,
}
