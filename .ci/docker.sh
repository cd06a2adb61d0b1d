# Read by .ci/run: an engine for the tests of the docker node. Uses the one that runs, if any; else starts one with folders and a
# socket of its own, which `stop_docker` removes again. Where there can be none, it says why, and so do the tests.

docker_home=
docker_pid=

start_docker() {
  if timeout 20 docker version >/dev/null 2>&1; then
    echo 'ci: docker is running already'
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    no_docker 'it is not running, and only root can start it'
    return
  fi
  if ! command -v dockerd >/dev/null && command -v apt-get >/dev/null; then
    echo 'ci: installing docker.io with apt-get'
    docker_log=$(mktemp)
    { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends docker.io; } \
      >"$docker_log" 2>&1 || tail -n 5 "$docker_log" >&2
    rm -f "$docker_log"
  fi
  if ! command -v dockerd >/dev/null; then
    no_docker 'there is no dockerd, and apt-get could not install docker.io'
    return
  fi
  # The package may have started one.
  if timeout 20 docker version >/dev/null 2>&1; then return; fi
  docker_home=$(mktemp -d "${TMPDIR:-/tmp}/proto41-ci-docker.XXXXXX")
  # vfs copies whole images, but works on every file system.
  for docker_driver in overlay2 vfs; do
    if try_docker "$docker_driver"; then
      export DOCKER_HOST="unix://$docker_home/docker.sock"
      echo "ci: docker runs for the tests, with storage by $docker_driver"
      return
    fi
  done
  docker_reason=$(grep -E 'level=(error|fatal)|^failed' "$docker_home/log" | tail -n 1 || true)
  stop_docker
  no_docker "dockerd does not start here: ${docker_reason:-it says nothing}"
}

try_docker() {
  # No bridge and no packet filter: the tests give containers no network of docker's, and the machine keeps its own.
  dockerd --storage-driver="$1" --iptables=false --ip6tables=false --bridge=none --ip-forward=false --ip-masq=false \
    --data-root="$docker_home/root" --exec-root="$docker_home/exec" --pidfile="$docker_home/pid" \
    --host="unix://$docker_home/docker.sock" >>"$docker_home/log" 2>&1 &
  docker_pid=$!
  for _ in $(seq 60); do
    if timeout 20 docker --host "unix://$docker_home/docker.sock" version >/dev/null 2>&1; then return 0; fi
    kill -0 "$docker_pid" 2>/dev/null || break
    sleep 0.5
  done
  end_dockerd
  return 1
}

end_dockerd() {
  [ -n "$docker_pid" ] || return 0
  kill "$docker_pid" 2>/dev/null || true
  for _ in $(seq 60); do
    kill -0 "$docker_pid" 2>/dev/null || break
    sleep 0.5
  done
  kill -KILL "$docker_pid" 2>/dev/null || true
  wait "$docker_pid" 2>/dev/null || true
  docker_pid=
}

stop_docker() {
  [ -n "$docker_home" ] || return 0
  end_dockerd
  # What is mounted there would keep the folder from being removed, or be removed with it.
  { grep -F " $docker_home/" /proc/self/mounts || true; } | cut -d ' ' -f 2 | sort -r | while read -r docker_mount; do
    umount -l "$docker_mount" 2>/dev/null || true
  done
  rm -rf "$docker_home"
  docker_home=
}

no_docker() {
  echo "ci: no docker: $1"
  export PROTO41_NO_DOCKER="$1"
}
