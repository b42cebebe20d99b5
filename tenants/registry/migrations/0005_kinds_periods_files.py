import django.db.models.deletion
from django.db import migrations, models


# Whoever sees a filing sees its files; its sender puts them in with it, and nobody changes them.
FILES = """
ALTER TABLE registry_filingfile ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_filingfile FORCE ROW LEVEL SECURITY;
CREATE POLICY file_read ON registry_filingfile FOR SELECT
  USING (EXISTS (SELECT 1 FROM registry_filing f WHERE f.id = filing_id));
CREATE POLICY file_send ON registry_filingfile FOR INSERT
  WITH CHECK (EXISTS (SELECT 1 FROM registry_filing f
                      WHERE f.id = filing_id AND f.sender = current_schema()::text AND f.state = 'sent'));
REVOKE UPDATE, DELETE, TRUNCATE ON registry_filingfile FROM CURRENT_USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0004_letter'),
    ]

    operations = [
        migrations.CreateModel(
            name='FilingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=24, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('media_type', models.CharField(max_length=100, verbose_name='类型')),
                ('size', models.PositiveIntegerField(verbose_name='字节数')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要值')),
                ('content', models.BinaryField(verbose_name='内容')),
            ],
            options={
                'verbose_name': '报备附件',
                'verbose_name_plural': '报备附件',
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='filing',
            name='filing_kind',
        ),
        migrations.RemoveConstraint(
            model_name='filing',
            name='filing_one_in_force',
        ),
        migrations.AddField(
            model_name='filing',
            name='period',
            field=models.CharField(blank=True, default='', max_length=80, verbose_name='期次'),
        ),
        migrations.AddField(
            model_name='filing',
            name='unit_code',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddField(
            model_name='filing',
            name='unit_name',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='报送部门'),
        ),
        migrations.AlterField(
            model_name='filing',
            name='kind',
            field=models.CharField(choices=[('mechanism', '工作机制'), ('annual_list', '年度项目清单'), ('half_month', '半月调度报告'), ('measure', '政策措施'), ('summary', '年度总结')], max_length=16, verbose_name='类别'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mechanism', 'annual_list', 'half_month', 'measure', 'summary'])), name='filing_kind'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['sent', 'acknowledged'])), fields=('sender', 'kind', 'year', 'period', 'unit_code'), name='filing_one_in_force'),
        ),
        migrations.AddField(
            model_name='filingfile',
            name='filing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='registry.filing'),
        ),
        migrations.RunSQL(FILES, migrations.RunSQL.noop),
    ]
