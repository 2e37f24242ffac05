"""The page as a file: one text that fetches nothing and that no data can break out of."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib

import pytest

from orchestrator.report import document

DATA = {"film": {"name": "a.mkv"}, "editing": False}
PAGE = document.render(DATA)


def modules():
    return {
        name: (document.FOLDER / "js" / f"{name}.js").read_text()
        for name in (*document.MODULES, *document.EDITING)
    }


def test_data_cannot_end_its_script():
    page = document.render({**DATA, "text": "</script><script>alert(1)</script> {{script}} <!--"})
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(held)["text"] == "</script><script>alert(1)</script> {{script}} <!--"
    assert page.count("<script") == PAGE.count("<script")


def test_the_film_name_is_escaped():
    page = document.render({"film": {"name": "<b>&.mkv"}, "editing": False})
    assert "<title>&lt;b&gt;&amp;.mkv: report</title>" in page


def test_the_tab_title_shows_that_the_run_failed():
    assert "<title>a.mkv: report (failed)</title>" in document.render({**DATA, "verdict": {"how": "failed"}})


@pytest.mark.parametrize(
    ("tag", "directive"), [("style", "style-src"), ('script type="module"', "script-src")]
)
def test_the_content_security_policy_allows_only_the_pages_own_code(tag, directive):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', PAGE)[1]
    text = (
        re.search(rf"<{tag}>(.*?)</", PAGE, re.DOTALL)[1]
        if tag == "style"
        else PAGE.split(f"<{tag}>")[1].split("</script>")[0]
    )
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"{directive} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_only_a_page_with_a_server_may_ask_it():
    assert "connect-src 'none'" in PAGE
    assert "connect-src 'self'" in document.render(DATA, connect=True)


def test_the_page_loads_nothing_from_elsewhere():
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""", PAGE)


def test_every_import_names_an_export_of_an_earlier_module():
    every = modules()
    exports = {
        name: set(re.findall(r"^export (?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE))
        for name, text in every.items()
    }
    order = [*document.MODULES[:-1], *document.EDITING, document.MODULES[-1]]
    for at, name in enumerate(order):
        for names, source in re.findall(
            r'^import \{([^}]*)\} from "\./(\w+)\.js";', every[name], re.MULTILINE
        ):
            assert source in order[:at], f"{name} imports from {source}, which stands behind it"
            wanted = {one.split(" as ")[0].strip() for one in names.split(",") if one.strip()}
            assert wanted <= exports[source], f"{name} imports what {source} does not export"


def test_no_import_or_export_statement_remains_in_the_page():
    assert not re.search(r"^\s*(?:import|export)\b", document.script(), re.MULTILINE)


def test_a_module_becomes_a_constant_with_what_it_exports():
    text = 'import { a as b } from "./first.js";\nexport const c = b;\nexport function d() {}\n'
    assert document.wrapped("second", text) == (
        "const $second = (() => {\nconst { a: b } = $first;\nconst c = b;\nfunction d() {}\n"
        "return { c, d };\n})();"
    )


def test_every_file_of_the_page_is_short():
    for name, text in modules().items():
        assert text.count("\n") < 300, name


def test_the_package_includes_the_files_of_the_page():
    said = tomllib.loads((document.FOLDER.parent.parent / "pyproject.toml").read_text())
    shipped = said["tool"]["setuptools"]["package-data"]["orchestrator.report"]
    for file in document.sources():
        assert any(file.relative_to(document.FOLDER).match(pattern) for pattern in shipped), file


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_has_enough_contrast(scheme):
    """WCAG 2.2, 1.4.3: a contrast of 4.5."""
    style = (document.FOLDER / "look.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[: 1 if scheme == "light" else 2]
    found = {name: value for block in blocks for name, value in re.findall(r"--(\w+): (#[0-9a-f]{6})", block)}
    voices = [f"s{k}" for k in range(8)]
    for ground in ("paper", "panel", "hover"):
        for name in ("ink", "soft", "faint", "accent", "bad", "warn", "good", *voices):
            dark, light = sorted((luminance(found[name]), luminance(found[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)
