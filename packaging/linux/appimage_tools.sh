#!/bin/sh
# Fetch what makes AppImages, each file checked by its hash: appimage_tools.sh FOLDER
set -eu
folder=$1
home=https://github.com/AppImage
mkdir -p -- "$folder"

fetch() {
    curl --fail --silent --show-error --location --retry 3 --output "$folder/$1" "$2"
    echo "$3  $folder/$1" | sha256sum --check --quiet
    chmod 755 -- "$folder/$1"
}

fetch appimagetool "$home/appimagetool/releases/download/1.9.1/appimagetool-x86_64.AppImage" \
    ed4ce84f0d9caff66f50bcca6ff6f35aae54ce8135408b3fa33abfc3cb384eb0
fetch runtime "$home/type2-runtime/releases/download/20251108/runtime-x86_64" \
    2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d
