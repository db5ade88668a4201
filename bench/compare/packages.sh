# The peers' packages, by their lock files, into $STATE; once.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

install_packages() { # FOLDER [npm flags]
  local folder=$1; shift
  cmp -s "$here/peers/$folder/package-lock.json" "$STATE/$folder/installed" && return 0
  say "installing $folder"
  mkdir -p "$STATE/$folder"
  cp "$here/peers/$folder/package.json" "$here/peers/$folder/package-lock.json" "$STATE/$folder/"
  (cd "$STATE/$folder" && npm ci --loglevel=error "$@" >"$STATE/$folder/npm.log" 2>&1) || { tail -20 "$STATE/$folder/npm.log" >&2; exit 1; }
  [ "$folder" != directus ] || build_isolate
  cp "$here/peers/$folder/package-lock.json" "$STATE/$folder/installed"
}

# Directus needs Node 22 and a native module built against its headers, which the npm package of Node brings along.
build_isolate() {
  say "building Directus's native module"
  local headers
  headers=$(dirname "$(find "$STATE/node22/node_modules" -path '*linux-*/include' -type d | head -1)")
  (cd "$STATE/directus/node_modules/isolated-vm" && PATH=$node22:$PATH npm_config_nodedir=$headers \
    npx --no-install node-gyp rebuild --release -j 2 >"$STATE/directus/isolate.log" 2>&1 &&
    mkdir -p out && { [ -f out/isolated_vm.node ] || cp build/Release/isolated_vm.node out/; }) || { tail -20 "$STATE/directus/isolate.log" >&2; exit 1; }
}
