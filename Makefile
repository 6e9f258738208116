# 法小梅. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help run serve bootstrap test check bench proof lock clean

help: ## 列出所有命令
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(RUNTIME) ## 安装、准备数据库并启动（网页 + 工作进程）
	@exec $(BIN)/python -m bot.run

serve: $(RUNTIME) ## 同上，按本机处理器数启动
	@WEB_WORKERS=$${WEB_WORKERS:-$$(nproc)} exec $(BIN)/python -m bot.run

bootstrap: $(RUNTIME) ## 只安装，并建好词典缓存和法条的索引
	@$(BIN)/python -m flask --app wsgi knowledge check
	@echo "正在给法条编索引（约一分钟）……"
	@$(BIN)/python -m flask --app wsgi statute index

test: $(DEV) ## 运行全部测试
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q

check: $(DEV) ## 代码风格、类型、架构、内容
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m flask --app wsgi knowledge check

bench: $(DEV) ## 测速：网关各环节每秒请求数（FULL=1 跑全量）
	@$(BIN)/python -m bench.webhook

proof: $(DEV) ## 重型证明：反复强杀、重试、各种故障，约四十分钟（PROOF=full 更多）
	@$(BIN)/python -m pytest -q -s proofs

lock: $(DEV) ## 按 requirements*.in 重新锁定依赖
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --override requirements-left-out.txt requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

clean: ## 删除虚拟环境和缓存（不动 var/ 和 .env）
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@echo "正在建立虚拟环境……"
	@$(PYTHON) -m venv $(VENV) || { echo "建不了虚拟环境。Debian/Ubuntu 请先安装：apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	@echo "正在安装依赖（第一次约一分钟）……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "正在安装测试工具……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
