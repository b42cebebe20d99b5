#!/bin/sh
# Makes .venv from requirements.lock; a second run sees the stamp and ends at once.
# PYTHON names the interpreter to use; otherwise the first one found that is 3.11 or newer.
set -eu
cd "$(dirname "$0")/.."

stop() { printf '\n✗ %s\n' "$*" >&2; exit 1; }
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    if new_enough "$candidate"; then python=$candidate; break; fi
done
[ -n "${python:-}" ] || stop "未找到 Python 3.11 或更新版本，请先安装，或用 PYTHON=路径 make setup 指明。"

stamp=$({ cat requirements.lock deploy/uv.lock.txt deploy/setup.sh; pwd; "$python" -VV; } | sha256sum)
[ "$(cat .venv/stamp 2>/dev/null)" = "$stamp" ] && exit 0

[ -f .venv/stamp ] || free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "${free_mb:-1300}" -ge 1300 ] || stop "磁盘空间不足：安装需要约 1.3 GB，此处只剩 ${free_mb} MB。"

make_venv() {
    "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv --clear .venv && return
    # Debian keeps ensurepip in python3-venv; whoever else can install does as well.
    command -v uv >/dev/null && uv venv --quiet --clear --seed --python "$python" .venv && return
    command -v virtualenv >/dev/null && virtualenv --quiet --clear --python "$python" .venv && return
    "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --clear --without-pip .venv
}
if ! [ -x .venv/bin/python ] || [ "$(.venv/bin/python -VV 2>/dev/null)" != "$("$python" -VV)" ]; then
    say "建立运行环境 .venv（$("$python" -V)）"
    make_venv || stop "无法建立运行环境：缺少 ensurepip，请管理员执行 apt install python3-venv 后重试。"
fi

pip() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then .venv/bin/python -m pip "$@"
    else "$python" -m pip --python .venv/bin/python "$@"; fi
}
rm -f .venv/stamp
say "安装依赖（按 requirements.lock 逐一核对哈希）"
# uv brings certificates of its own; the machine's also know an office's own authority.
[ ! -s /etc/ssl/certs/ca-certificates.crt ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
export VIRTUAL_ENV="$PWD/.venv" UV_HTTP_RETRIES="${UV_HTTP_RETRIES:-1}" PIP_RETRIES="${PIP_RETRIES:-1}"
if ! { pip install --quiet --disable-pip-version-check --require-hashes -r deploy/uv.lock.txt &&
       .venv/bin/uv pip sync --require-hashes requirements.lock; }; then
    say "uv 未能完成，改用 pip（较慢，可沿用 pip 配置的软件源）"
    pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock ||
        stop "依赖未能装齐：请看上一行原因，多为软件源无法访问或磁盘已满；排除后再次运行即可继续。"
fi

.venv/bin/python - <<'PY'
import site
from pathlib import Path

Path(site.getsitepackages()[0], "lianshen.pth").write_text(f"{Path.cwd()}\n{Path.cwd() / 'platform'}\n")
PY
echo "$stamp" >.venv/stamp
say "环境就绪"
