/* Wine 8 has no bcryptprimitives.dll, where Rust's standard library takes its random numbers from on Windows (Wine 9
 * and later have it). This one is put into Wine's own folder and asks advapi32 instead; it is in no package. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return length <= MAXDWORD && SystemFunction036(buffer, (ULONG)length);
}
