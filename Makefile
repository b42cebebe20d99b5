# 联审的全部命令；单独运行 make 列出说明。
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test bench soak mutate lint format
VENV := .venv/bin
ROOMS := platform tenants workflows cms public_site

help: ## 列出全部命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## 按锁文件装好运行环境（已装好则立即返回）
	@sh deploy/setup.sh

demo: setup ## 启动演示：http://localhost:8000（换端口：PORT=8001 make demo；停止：Ctrl-C）
	@$(VENV)/python -m deploy.demo

demo-reset: setup ## 清空演示数据（不询问：YES=1 make demo-reset）
	@$(VENV)/python -m deploy.demo reset

test: setup ## 运行全部测试（附加参数：PYTEST_ARGS="-k clock" make test）
	@$(VENV)/python -m deploy.test

bench: setup ## 运行性能比值测试
	@$(VENV)/python -m deploy.test bench

soak: setup ## 时钟对照测试跑一百万本台账，故障测试杀进程二百次（换数目：LEDGERS=5000000 KILLS=500 make soak）
	@$(VENV)/python -m deploy.test soak

mutate: setup ## 在时钟和计划里逐一植入差错，看测试查不查得出（MODULES="kernel.clock.reading" make mutate）
	@PYTHONPATH=.:platform $(VENV)/python -m tests.mutation.run $(MODULES)

lint: setup ## 检查写法、格式、类型、分层、模板、迁移
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy $(ROOMS)
	$(VENV)/lint-imports
	@find $(ROOMS) -name '*.html' -print0 | xargs -0r $(VENV)/djade --check --target-version 5.2
	DJANGO_SETTINGS_MODULE=config.settings.test $(VENV)/python -W ignore::RuntimeWarning platform/manage.py makemigrations --check --dry-run

format: setup ## 按统一格式改写代码与模板
	$(VENV)/ruff format
	@find $(ROOMS) -name '*.html' -print0 | xargs -0r $(VENV)/djade --target-version 5.2
