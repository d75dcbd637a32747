// One source for host and device: functions marked ASSAY_HD compile as plain C++ and, under nvcc, for both sides.
#pragma once

#ifdef __CUDACC__
#define ASSAY_HD __host__ __device__ __forceinline__
#else
#define ASSAY_HD inline
#endif
