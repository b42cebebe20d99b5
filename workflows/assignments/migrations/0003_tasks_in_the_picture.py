"""Sheets handed over before tasks were rolled up get their rows; whoever is above the tenant sees them."""

from django.db import migrations

ROWS = """
INSERT INTO rollup_taskrow (owner, owner_name, visible_to, number, version, written_at, sheet_number, title,
    source_kind, project_number, department_code, leads, state, handed_over_on, first_due_on, due_on,
    reported_on, closed_on, late)
WITH RECURSIVE line AS (
    SELECT schema_name, name, parent_id, 0 AS above FROM tenants_tenant WHERE schema_name = current_schema()
    UNION ALL
    SELECT t.schema_name, t.name, t.parent_id, line.above + 1 FROM tenants_tenant t JOIN line ON t.id = line.parent_id
)
SELECT current_schema(), (SELECT name FROM line WHERE above = 0),
    (SELECT array_agg(schema_name::varchar ORDER BY above) FROM line), p.id::text, p.version, now(), s.number,
    left(s.title, 120), s.source_kind, coalesce(j.number, ''), p.department_code, p.leads, p.state,
    coalesce(s.handed_over_on, p.due_on), p.first_due_on, p.due_on, p.reported_on, p.closed_on,
    p.reported_on IS NOT NULL AND (p.reported_on > p.due_on OR EXISTS (
        SELECT 1 FROM assignments_extension e WHERE e.part_id = p.id AND e.late AND e.answer = 'granted'))
FROM assignments_part p
JOIN assignments_sheet s ON s.id = p.sheet_id
LEFT JOIN projects_project j ON j.id = s.project_id
WHERE s.state <> 'draft' AND EXISTS (SELECT 1 FROM line)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0002_sheet_outlives_its_procedure"),
        ("rollup", "0004_tasks"),
    ]
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
