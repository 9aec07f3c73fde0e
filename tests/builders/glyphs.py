"""What the fonts of the printed pages have, as every typesetter reads it."""

from chassis.glyphs import Glyphs
from chassis.typesetter import FONTS_BEHIND
from services.reports.settings import Settings

GLYPHS = Glyphs([Settings.font_dir / "Laksaman.ttf", *FONTS_BEHIND.values()])
