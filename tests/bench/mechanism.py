"""A tenant's mechanism after some years, written as bare rows: sheets, meetings, missing papers, chases, policies.

The tenant holds its procedures already. A sheet stands on every so manieth procedure; seven of ten are
closed, one of fifty is a draft, the rest are open, a quarter of those late. Two or three departments
take part in each and have said two things; every tenth asked for an extension.
"""

from datetime import date

from django.db import connection

from workflows.assignments.models import Part, Sheet
from workflows.meetings.models import Item

SHEETS, MEETINGS, ITEMS, MISSING, POLICIES = 10_000, 500, 10, 3_000, 300
OLD_CASES = 20_000  # chased and closed in the past, with three stages each
NOTICES = 5_000

ISSUED = """
INSERT INTO issuing_issued (kind, year, serial, number, title, addressee, paper, digest, room, key,
    url, department_codes, issued_on, issued_at, by_name, voided_by, voided_why)
SELECT 'assignment', 2020, n, '准联审办交〔2020〕' || n || '号', '任务交办单', '自然资源局',
    jsonb_build_object('body', repeat('正文', 600)), repeat('0', 64), 'assignments', n::text,
    '/assignments/', '["zrzy"]', %(on)s, %(on)s, '某某', '', ''
FROM generate_series(1, %(sheets)s) AS n
"""
SHEET = """
INSERT INTO assignments_sheet (number, title, source_kind, source_key, source_words, source_url,
    project_id, procedure_id, matter, demand, due_on, state, drafted_on, handed_over_on, closed_on,
    issued_id, made_at, made_by, version)
SELECT CASE WHEN n %% 50 = 0 THEN '' ELSE '准联审办交〔2020〕' || n || '号' END,
    '推进' || name || n, (array['project', 'meeting', 'leader'])[1 + n %% 3], 'K' || n,
    '第' || n || '次会商会议定事项', '/meetings/', project_id, id, repeat('事由', 30),
    repeat('要求', 30), handed_on + 20,
    CASE WHEN n %% 50 = 0 THEN 'draft' WHEN n %% 10 < 7 THEN 'closed' ELSE 'handed_over' END,
    handed_on, CASE WHEN n %% 50 = 0 THEN NULL ELSE handed_on END,
    CASE WHEN n %% 50 <> 0 AND n %% 10 < 7 THEN handed_on + 15 END,
    CASE WHEN n %% 50 <> 0 THEN (SELECT min(id) FROM issuing_issued WHERE year = 2020) + n - 1 END,
    %(on)s, '某某', 1
FROM (
    SELECT *, %(on)s::date - CASE WHEN n %% 10 < 7 THEN 30 + n %% 300 ELSE n %% 26 END AS handed_on
    FROM (
        SELECT id, project_id, name, row_number() OVER (ORDER BY md5(number))::int AS n
        FROM procedures_procedure
    ) AS every WHERE n <= %(sheets)s
) AS chosen
"""
PART = """
INSERT INTO assignments_part (sheet_id, department_code, leads, demand, first_due_on, due_on, state,
    signed_on, signed_by, reported_on, closed_on, closed_by, closed_why, version)
SELECT s.id, d.code, d.place = 0, '', s.due_on, s.due_on,
    CASE WHEN s.state = 'closed' THEN 'written_off' WHEN s.state = 'draft' THEN 'waiting'
        ELSE (array['waiting', 'working', 'working', 'reported'])[1 + s.id %% 4] END,
    s.handed_over_on + 1, '', CASE WHEN s.state = 'closed' OR s.state = 'handed_over' AND s.id %% 4 = 3
        THEN s.handed_over_on + 14 + (s.id %% 10)::int END,
    s.closed_on, '', '', 1
FROM assignments_sheet s CROSS JOIN LATERAL (
    SELECT code, (o + s.id) %% (SELECT count(*) FROM public.catalogue_department) AS place
    FROM (SELECT code, row_number() OVER (ORDER BY code)::int AS o FROM public.catalogue_department) c
) AS d WHERE d.place < 2 + s.id %% 2
"""
FEEDBACK = """
INSERT INTO assignments_feedback (part_id, kind, "on", text, at, by_name)
SELECT id, 'progress', due_on - 10 + n, '第' || n || '次进展', %(on)s, '王某'
FROM assignments_part, generate_series(1, 2) AS n WHERE signed_on IS NOT NULL ORDER BY id, n
"""
EXTENSION = """
INSERT INTO assignments_extension (part_id, asked_on, due_on, until_on, reason, late, asked_at,
    asked_by, answer, answered_by, answer_text)
SELECT id, due_on - 3, due_on, due_on + 10, '材料未齐', false, %(on)s, '王某',
    CASE WHEN closed_on IS NULL THEN 'open' ELSE 'refused' END, '', ''
FROM assignments_part WHERE id %% 10 = 0
"""
MEETING = """
INSERT INTO meetings_meeting (kind, title, "on", at, place, chair, ground, ground_text, state, uid,
    sequence, consent_by, consent_paper, consent_text, cancelled_why, made_at, made_by, version)
SELECT 'consultation', '第' || n || '次会商会', %(on)s::date + 3 - n, '15:00', '三楼', '分管副旗长',
    '', '', CASE WHEN n <= 3 THEN 'preparing' WHEN n <= 9 THEN 'minuted' ELSE 'closed' END,
    gen_random_uuid(), 1, '', '', '', '', %(on)s, '某某', 1
FROM generate_series(1, %(meetings)s) AS n
"""
ITEM = """
INSERT INTO meetings_item (meeting_id, "order", title, key, why, project_id, procedure_id, matter_code,
    cause, settled, not_discussed, version)
SELECT m.id, n, p.name || '：' || n, 'procedure:' || p.number, '红灯', p.project_id, p.id, p.matter_code,
    (array['policy', 'opinions', 'resources', 'papers', 'agents', 'higher', 'other'])[1 + p.id %% 7],
    (m.id + n) %% 5 <> 0, '', 1
FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS place FROM meetings_meeting) m
CROSS JOIN generate_series(1, %(items)s) AS n
JOIN (
    SELECT *, row_number() OVER (ORDER BY md5(number || 'x'))::int AS place FROM procedures_procedure
) p ON p.place = (m.place - 1) * %(items)s + n
"""
SAID = """
INSERT INTO meetings_said (item_id, step, text, at, by_name, by_ledger)
SELECT id, step, repeat('记录', 20), %(on)s, '某某', false FROM meetings_item,
    unnest(array['reconcile', 'analyse', 'facts', 'deliberate', 'plan', 'assign']) AS step
"""
RESOLUTION = """
INSERT INTO meetings_resolution (item_id, demand, lead_code, support_codes, due_on, sheet_id, closed_on, dropped_why)
SELECT i.id, '五日内出具意见', p.department_code, '[]', %(on)s::date - 300 + (i.id %% 320)::int, s.id,
    CASE WHEN s.state = 'closed' THEN s.closed_on END, ''
FROM meetings_item i JOIN procedures_procedure p ON p.id = i.procedure_id
JOIN (SELECT *, row_number() OVER (ORDER BY id)::int AS n FROM assignments_sheet WHERE number <> '') s
    ON s.n = i.id - (SELECT min(id) FROM meetings_item) + 1
"""
INVITEE = """
INSERT INTO meetings_invitee (meeting_id, department_code, post, reply, reply_text, replied_by, who)
SELECT m.id, d.code, '', '', '', '', '' FROM meetings_meeting m, public.catalogue_department d
"""
DEFICIENCY = """
INSERT INTO deficiency_deficiency (procedure_id, material, why, granted_on, first_due_on, due_on,
    promised_by, promise_number, promise_text, consequence, credit_on, credit_source, state,
    extended_why, returned_why, decision, repair_document, ended_on, ended_document, ended_text,
    granted_by, granted_at, version)
SELECT id, '平面图', '盖章', on_ - 20, on_, on_, '某总', '承诺1号', '', 'recorded', on_, '平台',
    CASE WHEN n %% 3 = 0 THEN 'open' ELSE 'made_good' END, '', '', '', '',
    CASE WHEN n %% 3 <> 0 THEN on_ END, '', '', '某某', %(on)s, 1
FROM (
    SELECT id, n, %(on)s::date + 20 - (n %% (CASE WHEN n %% 3 = 0 THEN 30 ELSE 300 END))::int AS on_
    FROM (SELECT id, row_number() OVER (ORDER BY md5(number || 'd'))::int AS n FROM procedures_procedure) p
    WHERE n <= %(missing)s
) AS chosen
"""
POLICY = """
INSERT INTO policies_policy (title, matter_code, cause, change, department_code, document,
    effective_on, item_id, made_at, made_by)
SELECT DISTINCT ON (i.matter_code, i.cause) '合并办理' || i.id, i.matter_code, i.cause, '改', 'zrzy',
    '文〔2025〕' || i.id || '号', %(on)s::date - 400 + (i.id %% 380)::int, i.id, %(on)s, '某某'
FROM meetings_item i ORDER BY i.matter_code, i.cause, i.id LIMIT %(policies)s
"""
CASE = """
INSERT INTO supervision_case (source, key, due_on, number, title, department_code, project_name, url,
    stage, state, opened_on, closed_on, closed_why, version)
SELECT 'assignments', 'part:' || id, due_on - 400, '准联审办交〔2020〕' || n || '号', '推进用地预审',
    department_code, '基准项目', '/assignments/', (array['remind', 'urge', 'supervise'])[1 + n %% 3],
    'closed', due_on - 403, due_on - 400 + (n %% 9)::int - 3, '已办结', 1
FROM (SELECT *, row_number() OVER (ORDER BY id)::int AS n FROM assignments_part) p WHERE n <= %(old)s
"""
STEP = """
INSERT INTO supervision_step (case_id, kind, stage, "on", text, at, by_name)
SELECT c.id, 'stage', s.stage, c.opened_on + s.n, CASE WHEN s.n = 2 THEN '在办' ELSE '' END, %(on)s, '巡检'
FROM supervision_case c, (VALUES ('remind', 0), ('urge', 1), ('supervise', 2)) AS s (stage, n)
"""
NOTICE = """
INSERT INTO notices_notice (key, room, role, department_code, text, url, at)
SELECT 'bench:' || n, 'supervision', (array['', 'office', 'leader'])[1 + n %% 3], '', '督办', '/', %(on)s
FROM generate_series(1, %(notices)s) AS n
"""
STATEMENTS = (
    ISSUED, SHEET, PART, FEEDBACK, EXTENSION, MEETING, ITEM, SAID, RESOLUTION, INVITEE, DEFICIENCY,
    POLICY, CASE, STEP, NOTICE,
)  # fmt: skip


def fill(today: date) -> None:
    """Write the rows into the tenant that is current, as they may stand on ``today``."""
    numbers = {
        "on": today,
        "sheets": SHEETS,
        "meetings": MEETINGS,
        "items": ITEMS,
        "missing": MISSING,
        "policies": POLICIES,
        "old": OLD_CASES,
        "notices": NOTICES,
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, numbers)
        cursor.execute("ANALYZE")
    assert Sheet.objects.count() == SHEETS
    assert Part.objects.count() > 2 * SHEETS
    assert Item.objects.count() == MEETINGS * ITEMS
