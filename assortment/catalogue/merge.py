"""Several catalogues made into one shop with departments.

Nothing of a product changes but what must: its id where another catalogue has the same one (all of them then get the name of
their catalogue in front, "fashion:1163"), its variant group and picture name, which get it always, and its department.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.steps import LAYOUT, STEP, results_of, write_catalogue
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import Problem, ReadSummary
from assortment.errors import DataError, InputError, StepError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive_from_the_start
from assortment.paths import BuildPaths

SHARED_ID: Final = Problem(name="id that several catalogues have", effect="catalogue's name put in front", serious=False)
_NAME: Final = re.compile(r"[\w][\w.-]*")


def merge(build: Path, name: str, sources: Sequence[str], *, departments: Mapping[str, str] | None = None) -> Manifest:
    """Writes the products of the catalogues ``sources`` of ``build``, in this order, into the catalogue ``name``.

    A product's department is that which ``departments`` gives its catalogue, else its own, else the catalogue's name.
    Currencies stay as they are; when they are mixed the summary says so.

    Raises:
        InputError: when there are fewer than two sources, one comes twice or is ``name`` itself, or a department is given to
            none of them.
        StepError: when one of them has not been made, or another process is changing ``name``.
        ManifestError: when one does not match its manifest.
    """
    departments = departments or {}
    _check(name, sources, departments)
    paths = BuildPaths(build / name)
    folders = {source: BuildPaths(build / source).catalogue for source in sources}
    for source, folder in folders.items():
        if not folder.is_dir():
            raise StepError(f"there is no catalogue {source!r} in {build}; there are: {', '.join(_made(build)) or 'none'}")
    catalogues = {source: Catalogue.open(folder) for source, folder in folders.items()}
    inputs = dict(folders)
    settings = {"layout": LAYOUT, "merged": list(sources), "departments": dict(departments)}
    with exclusive_from_the_start(paths):
        if manifest.is_current(paths.catalogue, step=STEP, inputs=inputs, settings=settings):
            return manifest.read(paths.catalogue)
        made_from = manifest.fingerprints(inputs)
        for folder in folders.values():
            manifest.verify(folder)
        summary = ReadSummary(source=f"{name} (merged)")
        found = _merged(catalogues, departments, summary)
        total = sum(map(len, catalogues.values()))
        write_catalogue(paths.catalogue, progress(found, doing="merging products", total=total), summary)
        return manifest.write(paths.catalogue, step=STEP, inputs=made_from, settings=settings, results=results_of(summary))


def parse_departments(written: Sequence[str]) -> dict[str, str]:
    """``icecat=Electronics`` as the command line gives it, several times.

    Raises:
        InputError: when one has no =, or a catalogue is given two.
    """
    departments: dict[str, str] = {}
    for pair in written:
        source, _, department = (part.strip() for part in pair.partition("="))
        if not source or not department:
            raise InputError("--department", pair, "allowed: CATALOGUE=DEPARTMENT, for instance icecat=Electronics")
        if source in departments:
            raise InputError("--department", pair, f"{source} is given {departments[source]!r} already")
        departments[source] = department
    return departments


def _check(name: str, sources: Sequence[str], departments: Mapping[str, str]) -> None:
    for each in (name, *sources):
        if not _NAME.fullmatch(each):
            raise InputError("catalogue", each, "allowed: letters, digits, dots, dashes and underscores")
    if len(sources) < 2:
        raise InputError("catalogues", list(sources), "at least two are merged")
    if twice := sorted(source for source, count in Counter(sources).items() if count > 1):
        raise InputError("catalogues", list(sources), f"{', '.join(twice)} comes twice; each is merged once")
    if name in sources:
        raise InputError("name", name, "the result must not be one of the catalogues it is made of")
    if unknown := sorted(set(departments).difference(sources)):
        raise InputError("--department", ", ".join(unknown), f"allowed before the =: {', '.join(sources)}")


def _made(build: Path) -> list[str]:
    """The names of the catalogues in a build folder."""
    return sorted(path.parent.parent.name for path in build.glob(f"*/catalogue/{manifest.FILENAME}"))


def _merged(
    catalogues: Mapping[str, Catalogue], departments: Mapping[str, str], summary: ReadSummary
) -> Iterator[tuple[Product, bytes | None]]:
    owners = Counter(product.id for catalogue in catalogues.values() for product in catalogue.products)
    currencies: Counter[str] = Counter()
    seen: set[str] = set()
    for source, catalogue in catalogues.items():
        for row, product in enumerate(catalogue.products, start=1):
            summary.read += 1
            key = product.id
            if owners[key] > 1:
                key = f"{source}:{product.id}"
                summary.report(SHARED_ID, line=row, value=f"{source}, row {row}: {product.id} is now {key}")
            if key in seen or (key != product.id and key in owners):
                raise DataError(f"catalogue {source}, row {row}: id {key!r} is taken by another catalogue; rename that one")
            seen.add(key)
            if product.price is not None:
                currencies[product.currency] += 1
            summary.kept += 1
            yield _renamed(product, source, key, departments.get(source, "")), catalogue.picture(product)
        summary.notes.append(f"{source}: {len(catalogue):,} products")
    summary.note_currencies(currencies)


def _renamed(product: Product, source: str, key: str, department: str) -> Product:
    return replace(
        product,
        id=key,
        department=department or product.department or source,
        variant_group=f"{source}:{product.variant_group}" if product.variant_group else "",
        picture=f"{source}/{product.picture}" if product.picture else "",
    )
