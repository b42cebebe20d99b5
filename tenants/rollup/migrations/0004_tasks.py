import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


WALL = """
ALTER TABLE rollup_taskrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_taskrow FORCE ROW LEVEL SECURITY;
CREATE POLICY rollup_read ON rollup_taskrow FOR SELECT
  USING (visible_to @> ARRAY[current_schema()::varchar]);
CREATE POLICY rollup_insert ON rollup_taskrow FOR INSERT WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_update ON rollup_taskrow FOR UPDATE
  USING (owner = current_schema()::text) WITH CHECK (owner = current_schema()::text);
CREATE POLICY rollup_delete ON rollup_taskrow FOR DELETE USING (owner = current_schema()::text);
REVOKE TRUNCATE ON rollup_taskrow FROM CURRENT_USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('rollup', '0003_never_emptied'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaskRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=41)),
                ('owner_name', models.CharField(max_length=60, verbose_name='单位')),
                ('visible_to', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=41), size=None)),
                ('number', models.CharField(max_length=40, verbose_name='编号')),
                ('version', models.PositiveBigIntegerField()),
                ('written_at', models.DateTimeField(verbose_name='更新时间')),
                ('sheet_number', models.CharField(max_length=80, verbose_name='交办单号')),
                ('title', models.CharField(max_length=120, verbose_name='任务')),
                ('source_kind', models.CharField(max_length=12, verbose_name='来源')),
                ('project_number', models.CharField(blank=True, max_length=40)),
                ('department_code', models.CharField(max_length=10, verbose_name='部门')),
                ('leads', models.BooleanField(default=False, verbose_name='牵头')),
                ('state', models.CharField(max_length=12, verbose_name='状态')),
                ('handed_over_on', models.DateField(verbose_name='交办日期')),
                ('first_due_on', models.DateField(verbose_name='交办时期限')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('reported_on', models.DateField(null=True, verbose_name='反馈办结')),
                ('closed_on', models.DateField(null=True, verbose_name='销号')),
                ('late', models.BooleanField(default=False, verbose_name='逾期办结')),
            ],
            options={
                'verbose_name': '任务汇总',
                'verbose_name_plural': '任务汇总',
                'ordering': ['owner', 'number'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['visible_to'], name='task_row_visible'), models.Index(fields=['due_on'], name='task_row_due')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'number'), name='task_row_unique')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
