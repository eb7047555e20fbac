"""The four departments of the built-in catalogue, as data.

Some words mean different things in different places, as they do in real shops: an orange can be a fruit, a colour or a
flavour; a notebook is a computer or paper; tablets have screens or wash dishes; a watch is mechanical or smart; cases, mice,
monitors, records, jumpers and cables turn up in titles of books, films and clothes.
"""

from __future__ import annotations

from typing import Final

from assortment.catalogue.generated.departments.books_and_media import BOOKS_AND_MEDIA
from assortment.catalogue.generated.departments.clothing_and_shoes import CLOTHING_AND_SHOES
from assortment.catalogue.generated.departments.electronics import ELECTRONICS
from assortment.catalogue.generated.departments.groceries import GROCERIES
from assortment.catalogue.generated.vocabulary import Department

DEPARTMENTS: Final[tuple[Department, ...]] = (CLOTHING_AND_SHOES, ELECTRONICS, GROCERIES, BOOKS_AND_MEDIA)
