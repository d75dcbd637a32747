// A management library as NVIDIA's looks from outside, of two cards: one tells everything, one only its clock.
#include <cstring>

static int first, second;

extern "C" {

int nvmlInit_v2() {
    return 0;
}
int nvmlShutdown() {
    return 0;
}
int nvmlSystemGetDriverVersion(char* text, unsigned length) {
    if (length < 10) return 7;
    std::strcpy(text, "580.65.06");
    return 0;
}
int nvmlDeviceGetHandleByUUID(const char* uuid, void** card) {
    if (std::strcmp(uuid, "GPU-00112233-4455-6677-8899-aabbccddeeff") == 0) return *card = &first, 0;
    if (std::strcmp(uuid, "GPU-ffffffff-ffff-ffff-ffff-ffffffffffff") == 0) return *card = &second, 0;
    return 6;
}
int nvmlDeviceGetClockInfo(void*, int type, unsigned* mhz) {
    if (type != 1 && type != 2) return 2;
    return *mhz = type == 1 ? 1980 : 2619, 0;
}
int nvmlDeviceGetTemperature(void* card, int sensor, unsigned* degrees) {
    if (card != &first || sensor != 0) return 3;
    return *degrees = 67, 0;
}
int nvmlDeviceGetPowerUsage(void* card, unsigned* milliwatts) {
    if (card != &first) return 3;
    return *milliwatts = 512345, 0;
}
int nvmlDeviceGetTotalEccErrors(void* card, int type, int counter, unsigned long long* count) {
    if (card != &first || counter != 0) return 3;
    return *count = type == 0 ? 12 : 2, 0;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void* card, unsigned long long* why) {
    if (card != &first) return 3;
    return *why = 0x40 | 0x4, 0;
}
}
