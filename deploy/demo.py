"""`make demo`: a seeded city on one machine, from nothing to its addresses (演示)."""

import hashlib
import http.client
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from deploy.supervisor import Fallen, Supervisor
from kernel.embedded import processes
from kernel.embedded.home import Home, is_free
from kernel.embedded.processes import CannotStart
from kernel.embedded.services import running_services

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("platform", "tenants", "workflows", "cms", "public_site")
PROGRAMS = Path(sys.executable).parent
NEEDED_BYTES = 1_000_000_000
BEGUN = time.monotonic()


def main(arguments: list[str]) -> int:
    heed_signals()
    home = Home(Path(os.environ.get("LIANSHEN_HOME") or ROOT / ".lianshen" / "demo").absolute())
    try:
        if arguments == ["reset"]:
            reset(home)
        else:
            serve(home, port_from(os.environ.get("PORT") or "8000"))
    except (CannotStart, Fallen) as reason:
        print(f"\n✗ {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n■ 已全部停止，数据仍在：make demo 继续使用，make demo-reset 从头开始。")
    return 0


def serve(home: Home, port: int) -> None:
    """Run until a signal (KeyboardInterrupt) or until a process ends by itself (Fallen)."""
    require_room(home.path)
    say(f"启动数据库与消息队列（数据目录 {home.path}）")
    with running_services(home.path, durable=True) as services:
        require_free(port)
        environment = {
            **os.environ,
            **services.environment,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "LIANSHEN_HOME": str(home.path),
            "LIANSHEN_PORT": str(port),
            "LIANSHEN_SECRET_KEY": home.secret("django.secret"),
            "PYTHONUNBUFFERED": "1",
        }
        say("准备数据：迁移、开通各地、装入样例（首次较久，之后仅核对）")
        manage("prepare_demo", env=environment)
        collect_static(home, environment)

        say("启动网站、后台任务与定时任务")
        with Supervisor(watched=services.processes) as group:
            for name, command in commands(home, port).items():
                group.start(name, *command, env=environment, cwd=ROOT)
            group.watch(until=lambda: answers(port))
            say("已就绪")
            manage("show_accounts", env=environment)
            print("\n按 Ctrl-C 停止。", flush=True)
            group.watch()


def commands(home: Home, port: int) -> dict[str, list[str]]:
    """What runs beside the services, by the name its output is prefixed with."""
    loopbacks = [f"--bind={host}:{port}" for host in ("127.0.0.1", "[::1]") if can_bind(host, port)]
    celery = [str(PROGRAMS / "celery"), "--quiet", "--app=config.celery"]
    return {
        "web": [
            str(PROGRAMS / "gunicorn"),
            *loopbacks,  # browsers try either for *.localhost
            "--workers=2",
            "--threads=4",
            "--timeout=120",
            "--graceful-timeout=5",
            "--no-control-socket",
            "--log-level=warning",
            "config.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=WARNING"],
        "beat": [
            *celery,
            "beat",
            f"--schedule={home.path / 'beat-schedule'}",
            "--pidfile=",
            "--loglevel=WARNING",
        ],
    }


def reset(home: Home) -> None:
    """Delete the demo's data after asking; YES=1 answers in advance."""
    if os.environ.get("YES") != "1":
        question = f"将删除 {home.path} 中的全部演示数据，输入 yes 确认："
        if not sys.stdin.isatty() or input(question).strip().lower() not in {"y", "yes"}:
            raise CannotStart("未删除。不询问直接删除：YES=1 make demo-reset")
    with home.held():
        home.remove()
    print(f"已删除 {home.path}；下次 make demo 从头开始。")


def collect_static(home: Home, environment: Mapping[str, str]) -> None:
    """Gather style sheets and scripts, unless nothing changed since the last time."""
    ours = (file for room in ROOMS for file in (ROOT / room).glob("**/static/**/*"))
    sources = [ROOT / "requirements.lock", *ours]
    seen = "\n".join(f"{file} {file.stat().st_mtime_ns}" for file in sorted(sources))
    stamp, mark = home.path / "static.stamp", hashlib.sha256(seen.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    say("汇集页面样式与脚本")
    manage("collectstatic", "--noinput", "--clear", "--verbosity=0", env=environment)
    stamp.write_text(mark)


def manage(*command: str, env: Mapping[str, str]) -> None:
    code = processes.run(
        [sys.executable, ROOT / "platform" / "manage.py", *command],
        env=env,
        cwd=ROOT,
        end=signal.SIGTERM,
    )
    if code:
        raise CannotStart(f"{command[0]} 未能完成（返回码 {code}），原因见上文。")


def answers(port: int) -> bool:
    """Whether the portal gives a page; an error of its own making is an answer to show as such."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        status = connection.getresponse().status
    except OSError:
        return False
    finally:
        connection.close()
    if status >= 500:
        raise CannotStart(f"网站已启动但首页出错（HTTP {status}），原因见上文。")
    return True


def require_room(path: Path) -> None:
    while not path.exists():
        path = path.parent
    free = shutil.disk_usage(path).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"磁盘空间不足：{path} 所在分区只剩 {free // 1_000_000} MB，演示至少需要 1 GB。"
        )


def require_free(port: int) -> None:
    if not is_free(port):
        raise CannotStart(
            f"端口 {port} 已被其他程序占用：请先停止它，或换一个端口：PORT={port + 1} make demo"
        )


def port_from(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise CannotStart(f"PORT 应为 1024 至 65535 之间的数字，现为“{text}”。")
    return int(text)


def can_bind(host: str, port: int) -> bool:
    return is_free(port, host.strip("[]"))


def heed_signals() -> None:
    """Let Ctrl-C, `kill` and a closed terminal all end the run the same way, and only once."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    heeded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in heeded:
        signal.signal(number, interrupt)


def say(text: str) -> None:
    print(f"[{time.monotonic() - BEGUN:6.1f} 秒] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
