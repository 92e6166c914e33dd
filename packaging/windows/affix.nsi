; The Windows installer: for the user who runs it, without an administrator's rights.
; makensis -DVERSION=0.1.0 -DPROGRAM=…\affix.exe -DICON=…\affix.ico -DROOT=… -DSETUP=…\setup.exe affix.nsi
; /S installs and uninstalls without a window, /D=DIR at the end says where.

Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"

!include "LogicLib.nsh"

!define ID "app.affix.Affix"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define VERB "Software\Classes\*\shell\${ID}"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
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

LangString RUNNING ${LANG_ENGLISH} "Affix is running. Close its window, then try again."
LangString RUNNING ${LANG_SIMPCHINESE} "Affix 正在运行。请关闭其窗口后重试。"

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

; What Settings > Desktop has put goes where it starts this very program; another copy's stays.
!macro STARTS_THIS KEY NAME
    ReadRegStr $0 HKCU "${KEY}" "${NAME}"
    StrCpy $1 '"$INSTDIR\affix.exe"'
    StrLen $2 $1
    StrCpy $0 $0 $2
!macroend

; The user's settings, history and secrets stay.
Section "Uninstall"
again:
    ClearErrors
    Delete "$INSTDIR\affix.exe"
    IfErrors 0 gone
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY again
    Abort
gone:
    Delete "$INSTDIR\affix.ico"
    Delete "$INSTDIR\LICENSE-MIT"
    Delete "$INSTDIR\LICENSE-APACHE"
    Delete "$INSTDIR\licences.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\Affix.lnk"
    !insertmacro STARTS_THIS "${RUN}" "${ID}"
    ${If} $0 == $1
        DeleteRegValue HKCU "${RUN}" "${ID}"
    ${EndIf}
    !insertmacro STARTS_THIS "${VERB}\command" ""
    ${If} $0 == $1
        DeleteRegKey HKCU "${VERB}"
    ${EndIf}
    ; NSIS reads no shortcut: another copy's own goes too, and its Settings put it back.
    Delete "$SENDTO\Affix.lnk"
    DeleteRegKey HKCU "${APP_PATH}"
    DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
