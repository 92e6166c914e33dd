; The Windows installer: for the user who runs it, without an administrator's rights.
; makensis -DVERSION=0.1.0 -DPROGRAM=…\affix.exe -DICON=…\affix.ico -DROOT=… -DSETUP=…\setup.exe affix.nsi
; /S installs and uninstalls without a window, /D=DIR at the end says where.

Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\app.affix.Affix"
!define APP_PATH "Software\Microsoft\Windows\CurrentVersion\App Paths\affix.exe"

Name "Affix"
OutFile "${SETUP}"
InstallDir "$LOCALAPPDATA\Programs\Affix"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Affix"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Affix: drop a file, get its link"
VIAddVersionKey "LegalCopyright" "The Affix authors; MIT or Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\affix.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

Section
    SetOutPath "$INSTDIR"
    ; While it runs its file cannot be replaced: the installer says so and asks to try again.
    File "/oname=affix.exe" "${PROGRAM}"
    File "/oname=affix.ico" "${ICON}"
    File "${ROOT}/LICENSE-MIT"
    File "${ROOT}/LICENSE-APACHE"
    File "${ROOT}/assets/licences.txt"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateShortcut "$SMPROGRAMS\Affix.lnk" "$INSTDIR\affix.exe" "" "$INSTDIR\affix.ico"

    ; `affix` in the Run window, and what Settings > Apps shows.
    WriteRegStr HKCU "${APP_PATH}" "" "$INSTDIR\affix.exe"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Affix"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\affix.ico"
    WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Affix authors"
    WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

; The user's settings, history and secrets stay.
Section "Uninstall"
    Delete "$INSTDIR\affix.exe"
    Delete "$INSTDIR\affix.ico"
    Delete "$INSTDIR\LICENSE-MIT"
    Delete "$INSTDIR\LICENSE-APACHE"
    Delete "$INSTDIR\licences.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\Affix.lnk"
    DeleteRegKey HKCU "${APP_PATH}"
    DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
