// What CUDA text needs to be compiled as C++: the words of the language and the functions of the device. Every thread of a block is a
// fiber of one thread of the system, so that the order in which they run can be chosen, and every wait be judged.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __constant__ static const
#define __restrict__ __restrict
#define __launch_bounds__(...)
// Shared memory is one section, so that it can be filled with something that shows before each block. AddressSanitizer guards
// variables only where they lie in no section of their own.
#if defined(__SANITIZE_ADDRESS__)
#define __shared__ static
#else
#define __shared__ static __attribute__((section("emulated_shared")))
#endif

namespace emulated {
extern uint3 thread_index, block_index;
extern dim3 block_size, grid_size;
// Slots by which the lanes of a warp exchange values: 16 bytes for each of 1024 threads.
extern unsigned char exchange[1024][16];
// Waits until all threads of the block wait in the same line.
void block_barrier(int line);
// Waits until all lanes of the mask wait in the same line with the same mask.
void warp_barrier(unsigned mask, int line);
// The number of this thread in its block.
unsigned rank();
// The value of another lane of the mask. `name` is for messages.
void check_lane(unsigned mask, unsigned lane, const char* name, int line);

template <class V> V shuffle(unsigned mask, V value, unsigned lane, const char* name, int line) {
    static_assert(sizeof(V) <= 16, "a shuffle moves at most 16 bytes");
    const unsigned me = rank();
    std::memcpy(exchange[me], &value, sizeof(V));
    check_lane(mask, lane, name, line);
    warp_barrier(mask, line);
    V other;
    std::memcpy(&other, exchange[(me & ~31u) + lane], sizeof(V));
    // Nobody may write the next value before all have read this one.
    warp_barrier(mask, line);
    return other;
}
}  // namespace emulated

#define threadIdx emulated::thread_index
#define blockIdx emulated::block_index
#define blockDim emulated::block_size
#define gridDim emulated::grid_size
#define warpSize 32

static inline void __syncthreads(int line = __builtin_LINE()) { emulated::block_barrier(line); }
static inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) {
    emulated::warp_barrier(mask, line);
}
template <class V>
static inline V __shfl_sync(unsigned mask, V v, int lane, int width = 32, int line = __builtin_LINE()) {
    const unsigned me = emulated::rank() & 31u;
    return emulated::shuffle(mask, v, (me & ~(width - 1u)) + (lane & (width - 1)), "__shfl_sync", line);
}
template <class V>
static inline V __shfl_xor_sync(unsigned mask, V v, int other, int width = 32, int line = __builtin_LINE()) {
    const unsigned me = emulated::rank() & 31u, lane = me ^ unsigned(other);
    const bool inside = (lane & ~(width - 1u)) <= (me & ~(width - 1u));
    return emulated::shuffle(mask, v, inside ? lane & 31u : me, "__shfl_xor_sync", line);
}
template <class V>
static inline V __shfl_down_sync(unsigned mask, V v, unsigned by, int width = 32, int line = __builtin_LINE()) {
    const unsigned me = emulated::rank() & 31u, lane = me + by;
    return emulated::shuffle(mask, v, (lane & ~(width - 1u)) == (me & ~(width - 1u)) ? lane : me, "__shfl_down_sync", line);
}
template <class V>
static inline V __shfl_up_sync(unsigned mask, V v, unsigned by, int width = 32, int line = __builtin_LINE()) {
    const unsigned me = emulated::rank() & 31u, start = me & ~(width - 1u);
    return emulated::shuffle(mask, v, me >= start + by ? me - by : me, "__shfl_up_sync", line);
}
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// One thread of the system runs all fibers, and none is left in the middle of these.
template <class T, class U> static inline T atomicAdd(T* at, U by) { T old = *at; *at = old + T(by); return old; }
template <class T, class U> static inline T atomicMax(T* at, U by) { T old = *at; *at = std::max(old, T(by)); return old; }
template <class T, class U> static inline T atomicMin(T* at, U by) { T old = *at; *at = std::min(old, T(by)); return old; }
template <class T, class U, class V> static inline T atomicCAS(T* at, U expected, V desired) {
    T old = *at;
    if (old == T(expected)) { *at = T(desired); }
    return old;
}
template <class T, class U> static inline T atomicExch(T* at, U with) { T old = *at; *at = T(with); return old; }

template <class To, class From> static inline To emulated_bits(From from) {
    static_assert(sizeof(To) == sizeof(From), "as many bits");
    To to;
    std::memcpy(&to, &from, sizeof(To));
    return to;
}
static inline int __float_as_int(float v) { return emulated_bits<int>(v); }
static inline unsigned __float_as_uint(float v) { return emulated_bits<unsigned>(v); }
static inline float __int_as_float(int v) { return emulated_bits<float>(v); }
static inline float __uint_as_float(unsigned v) { return emulated_bits<float>(v); }
static inline long long __double_as_longlong(double v) { return emulated_bits<long long>(v); }
static inline double __longlong_as_double(long long v) { return emulated_bits<double>(v); }
static inline float rsqrtf(float v) { return 1.0f / std::sqrt(v); }
static inline double rsqrt(double v) { return 1.0 / std::sqrt(v); }
template <class T> static inline T __ldg(const T* at) { return *at; }
using std::isinf;
using std::isnan;
using std::max;
using std::min;
