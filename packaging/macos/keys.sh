#!/bin/sh
# Put the signer's keys of this workflow into a keychain of their own, and tell the builder about them.
set -eu
keychain="$RUNNER_TEMP/signing.keychain-db"
password=$(uuidgen)
printf '%s' "$CERTIFICATE" | base64 --decode >"$RUNNER_TEMP/certificate.p12"
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 21600 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$RUNNER_TEMP/certificate.p12" -P "$CERTIFICATE_PASSWORD" -A -t cert -f pkcs12 -k "$keychain"
security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain"
security list-keychains -d user -s "$keychain"
rm "$RUNNER_TEMP/certificate.p12"
xcrun notarytool store-credentials parley --keychain "$keychain" \
    --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" --password "$APPLE_PASSWORD"
{
    echo "PARLEY_SIGN_MACOS=$IDENTITY"
    echo "PARLEY_NOTARY_PROFILE=parley"
} >>"$GITHUB_ENV"
