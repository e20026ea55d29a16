# Shared by the scripts here. They stand in for the tools of the same names while the C codecs of this crate are
# built, find the real tools, and set what the build scripts of libaom-sys and libdav1d-sys leave to chance.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=$here/../../../.venv/bin

# The real tool $1: from .venv, else from PATH.
real() {
  if [ -x "$venv/$1" ]; then
    printf '%s\n' "$venv/$1"
    return
  fi
  old_ifs=$IFS
  IFS=:
  for dir in $PATH; do
    if [ -x "$dir/$1" ] && ! [ "$dir/$1" -ef "$here/$1" ]; then
      IFS=$old_ifs
      printf '%s\n' "$dir/$1"
      return
    fi
  done
  IFS=$old_ifs
  echo "error: $1 is missing, it builds the AVIF codecs: run through make, which fetches it (make venv), or install it" >&2
  return 1
}

# Whether plain C is built instead of the fast paths for this processor: where their assembler is missing, and in cargo's
# dev profile, as they are most of the time that the codecs take to build. What they compute is the same by design.
# TARGET and PROFILE are set by cargo for build scripts.
plain_c() {
  [ "${PROFILE-}" = debug ] && return
  case ${TARGET:-$(uname -m)} in
    x86_64* | i?86*) ! command -v nasm >/dev/null 2>&1 ;;
    *) false ;;
  esac
}
