; Parley's installer: for one user, without an administrator.  Silent: setup.exe /S [/LOGIN] [/D=C:\folder]
; Told from outside: VERSION, FROZEN (folder), OUTPUT (file), ICON (file).
Unicode true
ManifestDPIAware true
SetCompressor /SOLID lzma
!include "MUI2.nsh"
!include "FileFunc.nsh"

!define APP "Parley"
!define KEY "Software\${APP}"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP}"
!define LOGIN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"

Name "${APP}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${APP}"
InstallDirRegKey HKCU "${KEY}" "InstallDir"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${APP}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${APP} installer"
VIAddVersionKey "LegalCopyright" "The Parley project, MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\parley.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A running Parley holds its files open: ask it to leave, wait for it, and end it if it stays.
!macro LEAVE
  nsExec::Exec 'taskkill /IM parley.exe'
  Pop $0
  ${If} $0 == 0
    Sleep 2500
    nsExec::Exec 'taskkill /F /T /IM parley.exe'
    Pop $0
  ${EndIf}
  nsExec::Exec 'taskkill /F /T /IM parley-console.exe'
  Pop $0
!macroend

Section "${APP}" PROGRAM
  SectionIn RO
  !insertmacro LEAVE
  SetOutPath "$INSTDIR"
  RMDir /r "$INSTDIR\_internal"
  File /r "${FROZEN}/*.*"
  ${If} ${FileExists} "$EXEDIR\parley-weights\*.*"
    CopyFiles /SILENT "$EXEDIR\parley-weights" "$INSTDIR"
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\parley.exe"
  WriteRegStr HKCU "${KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${APP}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\parley.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Parley project"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" "$0"
SectionEnd

Section /o "Start when I log in" LOGIN
  WriteRegStr HKCU "${LOGIN_KEY}" "${APP}" '"$INSTDIR\parley.exe" gui --hidden'
SectionEnd

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOGIN" $1
  ${IfNot} ${Errors}
    SectionSetFlags ${LOGIN} ${SF_SELECTED}
  ${EndIf}
FunctionEnd

; Only what was installed goes: the folder may have been anybody's, and settings and models are the user's.
Section "Uninstall"
  !insertmacro LEAVE
  DeleteRegValue HKCU "${LOGIN_KEY}" "${APP}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${KEY}"
  Delete "$SMPROGRAMS\${APP}.lnk"
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\parley-weights"
  Delete "$INSTDIR\parley.exe"
  Delete "$INSTDIR\parley-console.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
