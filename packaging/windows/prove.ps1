# Install silently, let both programs test themselves, remove silently, and look that nothing stays.
$ErrorActionPreference = "Stop"
$setup = (Get-Item dist/Parley-*-setup.exe).FullName
$folder = Join-Path $env:LOCALAPPDATA "Programs\Parley"
$run = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Run"
function Start-Checked($program, $arguments) {
    $process = Start-Process -FilePath $program -ArgumentList $arguments -Wait -PassThru
    if ($process.ExitCode -ne 0) { throw "$program $arguments ended with $($process.ExitCode)" }
}
Start-Checked $setup @("/S", "/LOGIN")
if (-not (Get-ItemProperty $run).Parley) { throw "it does not start at login" }
$env:QT_QPA_PLATFORM = "offscreen"
& "$folder\parley-console.exe" self-test
if ($LASTEXITCODE -ne 0) { throw "the self-test failed" }
Start-Checked "$folder\parley.exe" @("self-test")
Start-Checked "$folder\uninstall.exe" @("/S", "_?=$folder")
Remove-Item "$folder\uninstall.exe" -ErrorAction SilentlyContinue
if (Test-Path "$folder\_internal") { throw "files stayed in $folder" }
if ((Get-ItemProperty $run).Parley) { throw "it would still start at login" }
