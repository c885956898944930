# Sourced by mvnw and pennyworth: exports JAVA_HOME as a JDK 25 or newer, wherever one is installed,
# and leaves a JAVA_HOME alone that already is one. POSIX sh. Prints why and returns 1 if there is none.

jdk_major() { # the feature version of the JDK in folder $1, or nothing
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

is_jdk_25() {
  major=$(jdk_major "$1") && [ -n "$major" ] && [ "$major" -ge 25 ]
}

find_jdk_25() {
  default_javac=$(command -v javac 2>/dev/null) && default_javac=$(readlink -f "$default_javac" 2>/dev/null) || default_javac=
  for candidate in "${JAVA_HOME:-}" "${default_javac%/bin/javac}" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* \
    "${HOME:-}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$candidate" ] && is_jdk_25 "$candidate" && printf '%s\n' "$candidate" && return 0
  done
  return 1
}

# mvnw runs with file name expansion off; the search needs it for a moment.
case $- in *f*) globbing_was_off=yes ;; *) globbing_was_off= ;; esac
set +f
if JAVA_HOME=$(find_jdk_25); then
  export JAVA_HOME
else
  echo "Pennyworth needs a JDK 25 or newer and found none. Install one (for example Temurin 25)," >&2
  echo "or point JAVA_HOME at it, and run this again." >&2
  exit 1
fi
[ -z "$globbing_was_off" ] || set -f
