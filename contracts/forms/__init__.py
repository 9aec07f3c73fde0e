"""What a form is: a versioned definition, and the verdict on answers that is made from it.

A definition is data (see `services/reports/forms/`). Compiled once, it judges answers; whoever
shows, checks or stores a form uses this one verdict. Answers are kept in
the one spelling in which they are judged.

`values` has the types of fields, `conditions` says when a field is asked, `checks` compares fields,
`soundness` refuses a definition that does not hold together, `years` lets it follow a round's year,
`unprintable` tells what paper cannot show.
"""

from contracts.forms.faults import Fault, listed
from contracts.forms.form import Answers, Definition, Form
from contracts.forms.soundness import UnsoundForm, require_sound
from contracts.forms.unprintable import Lacking, unprintable
from contracts.forms.values import EVIDENCE_MAX, EXACT_NUMBER_MAX, LIST_MAX, TEXT_MAX
from contracts.forms.years import ANY_YEAR, for_year

__all__ = [
    "ANY_YEAR",
    "EVIDENCE_MAX",
    "EXACT_NUMBER_MAX",
    "LIST_MAX",
    "TEXT_MAX",
    "Answers",
    "Definition",
    "Fault",
    "Form",
    "Lacking",
    "UnsoundForm",
    "for_year",
    "listed",
    "require_sound",
    "unprintable",
]
