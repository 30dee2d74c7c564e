// Fibers, barriers, and the program around kernels: it reads buffers and launches, runs them, and writes the buffers back. Included once,
// behind the text of the kernels and in front of the table of them.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <ucontext.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace emulated {
uint3 thread_index, block_index;
dim3 block_size, grid_size;
unsigned char exchange[1024][16];

enum class State { Ready, AtBlockBarrier, AtWarpBarrier, Ended };
struct Fiber {
    ucontext_t context;
    State state;
    unsigned mask;
    int line;
    uint3 index;
    // What AddressSanitizer keeps of a fiber that is not running.
    void* kept;
};
static std::vector<Fiber> fibers;
static std::vector<char*> stacks;
static ucontext_t scheduler;
static unsigned current;
static const char* kernel = "";
static void (*body)(void**);
static void** arguments;
constexpr size_t STACK = 256 * 1024;

// What a test reads: one line, and an exit code of its own.
[[noreturn]] static void wrong(const std::string& what) {
    std::fprintf(stderr, "WRONG: %s, block (%u, %u, %u): %s\n", kernel, block_index.x, block_index.y, block_index.z, what.c_str());
    std::exit(3);
}
static std::string number(long long n) { return std::to_string(n); }

unsigned rank() { return current; }
static const void* scheduler_stack;
static size_t scheduler_bytes;
static void arrive(void* kept) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(kept, &scheduler_stack, &scheduler_bytes);
#else
    (void)kept;
#endif
}
static void leave(State state, unsigned mask, int line) {
    Fiber& me = fibers[current];
    me.state = state;
    me.mask = mask;
    me.line = line;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&me.kept, scheduler_stack, scheduler_bytes);
#endif
    swapcontext(&me.context, &scheduler);
    arrive(me.kept);
}
void block_barrier(int line) { leave(State::AtBlockBarrier, 0, line); }
void warp_barrier(unsigned mask, int line) {
    if (!(mask >> (current & 31u) & 1u)) {
        wrong("thread " + number(current) + " waits in line " + number(line) + " for a mask that it is not in");
    }
    leave(State::AtWarpBarrier, mask, line);
}
void check_lane(unsigned mask, unsigned lane, const char* name, int line) {
    if (!(mask >> lane & 1u)) {
        wrong("thread " + number(current) + " reads by " + name + " in line " + number(line) + " from lane " + number(lane) +
              ", which is not in the mask");
    }
    if ((current & ~31u) + lane >= fibers.size()) {
        wrong("thread " + number(current) + " reads by " + name + " in line " + number(line) + " from lane " + number(lane) +
              ", which the block does not have");
    }
}

static void enter() {
    arrive(nullptr);
    body(arguments);
    leave(State::Ended, 0, 0);
}

// Orders of threads: 0 as they are numbered, 1 the other way round, any other number drawn from it.
struct Order {
    unsigned seed;
    unsigned long long state;
    explicit Order(unsigned seed) : seed(seed), state(seed * 0x9e3779b97f4a7c15ull + 1) {}
    unsigned draw(unsigned below) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return unsigned((state >> 33) % below);
    }
    std::vector<unsigned> of(unsigned n) {
        std::vector<unsigned> all(n);
        for (unsigned i = 0; i < n; ++i) { all[i] = seed == 1 ? n - 1 - i : i; }
        if (seed > 1) {
            for (unsigned i = n; i > 1; --i) { std::swap(all[i - 1], all[draw(i)]); }
        }
        return all;
    }
};

// Lanes whose whole mask waits in one line go on.
static void release_warp(unsigned first, unsigned last) {
    for (unsigned t = first; t < last; ++t) {
        if (fibers[t].state != State::AtWarpBarrier) { continue; }
        const unsigned mask = fibers[t].mask;
        bool all = true;
        for (unsigned lane = 0; lane < 32; ++lane) {
            if (!(mask >> lane & 1u)) { continue; }
            const unsigned other = first + lane;
            if (other >= last) {
                // The full mask is what `__syncwarp()` means in a last warp that is not full.
                if (mask == 0xffffffffu) { continue; }
                wrong("a mask of line " + number(fibers[t].line) + " names lane " + number(lane) + ", which the block does not have");
            }
            if (fibers[other].state == State::Ended) {
                wrong("thread " + number(t) + " waits in line " + number(fibers[t].line) + " for thread " + number(other) + ", which has ended");
            }
            if (fibers[other].state != State::AtWarpBarrier || fibers[other].mask != mask || fibers[other].line != fibers[t].line) {
                all = false;
            }
        }
        if (!all) { continue; }
        for (unsigned lane = 0; lane < 32 && first + lane < last; ++lane) {
            if (mask >> lane & 1u) { fibers[first + lane].state = State::Ready; }
        }
    }
}

static void release_block() {
    int line = 0;
    unsigned waiting = 0, ended = 0, example = 0;
    for (unsigned t = 0; t < fibers.size(); ++t) {
        if (fibers[t].state == State::AtBlockBarrier) {
            if (waiting && fibers[t].line != line) {
                wrong("threads wait at two barriers at once, in line " + number(line) + " and in line " + number(fibers[t].line));
            }
            line = fibers[t].line;
            ++waiting;
        } else if (fibers[t].state == State::Ended) {
            example = t;
            ++ended;
        }
    }
    if (waiting + ended < fibers.size()) {
        std::string stuck = "nothing can go on:";
        for (unsigned t = 0; t < fibers.size(); ++t) {
            if (fibers[t].state == State::AtWarpBarrier) {
                stuck += " thread " + number(t) + " waits for its warp in line " + number(fibers[t].line);
                break;
            }
        }
        wrong(stuck + ", " + number(waiting) + " threads wait for the block in line " + number(line));
    }
    if (ended) {
        wrong(number(waiting) + " threads wait at the barrier in line " + number(line) + ", which thread " + number(example) + " never reaches");
    }
    for (Fiber& fiber : fibers) { fiber.state = State::Ready; }
}

#if !defined(__SANITIZE_ADDRESS__)
extern "C" {
extern unsigned char __start_emulated_shared[] __attribute__((weak));
extern unsigned char __stop_emulated_shared[] __attribute__((weak));
}
#endif

static void run_block(Order& order) {
    const unsigned n = block_size.x * block_size.y * block_size.z;
#if !defined(__SANITIZE_ADDRESS__)
    // NaN as a number of either width, and an index far outside.
    if (__start_emulated_shared) { std::memset(__start_emulated_shared, 0xff, size_t(__stop_emulated_shared - __start_emulated_shared)); }
#endif
    std::memset(exchange, 0xff, sizeof(exchange));
    fibers.assign(n, Fiber());
    while (stacks.size() < n) { stacks.push_back(static_cast<char*>(std::malloc(STACK))); }
    for (unsigned t = 0; t < n; ++t) {
        Fiber& fiber = fibers[t];
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = stacks[t];
        fiber.context.uc_stack.ss_size = STACK;
        fiber.context.uc_link = nullptr;
        makecontext(&fiber.context, enter, 0);
        fiber.state = State::Ready;
        fiber.index = {t % block_size.x, t / block_size.x % block_size.y, t / (block_size.x * block_size.y)};
    }
    const unsigned warps = (n + 31) / 32;
    for (;;) {
        bool moved = false, alive = false;
        for (unsigned warp : order.of(warps)) {
            const unsigned first = warp * 32, last = std::min(n, first + 32);
            for (unsigned lane : order.of(last - first)) {
                Fiber& fiber = fibers[first + lane];
                if (fiber.state != State::Ready) { continue; }
                current = first + lane;
                thread_index = fiber.index;
#if defined(__SANITIZE_ADDRESS__)
                void* own = nullptr;
                __sanitizer_start_switch_fiber(&own, stacks[current], STACK);
#endif
                swapcontext(&scheduler, &fiber.context);
#if defined(__SANITIZE_ADDRESS__)
                __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
#endif
                moved = true;
            }
            release_warp(first, last);
        }
        for (const Fiber& fiber : fibers) { alive |= fiber.state != State::Ended; }
        if (!alive) { return; }
        if (moved) { continue; }
        release_block();
    }
}

struct Entry {
    const char* name;
    std::vector<size_t> sizes;
    void (*call)(void**);
};
template <auto F, class... A, size_t... I> static void call_with(void (*)(A...), void** args, std::index_sequence<I...>) {
    F(*static_cast<std::remove_reference_t<A>*>(args[I])...);
}
template <auto F, class... A> static Entry entry_of(const char* name, void (*f)(A...)) {
    return {name, {sizeof(A)...}, [](void** args) { call_with<F>(static_cast<void (*)(A...)>(F), args, std::index_sequence_for<A...>{}); }};
}
#define EMULATED_ENTRY(name) emulated::entry_of<name>(#name, name)

// Buffers, each between guards. AddressSanitizer has its own.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t GUARD = 0;
#else
constexpr size_t GUARD = 256;
#endif
struct Buffer {
    unsigned char* memory;
    size_t bytes;
    unsigned char* at() { return memory + GUARD; }
    void check(size_t n) {
        for (size_t i = 0; i < GUARD; ++i) {
            if (memory[i] != 0xa5) { wrong("a write in front of buffer " + number(n)); }
            if (memory[GUARD + bytes + i] != 0xa5) { wrong("a write behind buffer " + number(n)); }
        }
    }
};

template <class T> static T take() {
    T value;
    if (std::fread(&value, sizeof(T), 1, stdin) != 1) { std::fprintf(stderr, "the launches end too early\n"); std::exit(4); }
    return value;
}

static int serve(const std::vector<Entry>& entries, unsigned seed) {
    Order order(seed);
    std::vector<Buffer> buffers(take<uint32_t>());
    for (Buffer& buffer : buffers) {
        buffer.bytes = take<uint64_t>();
        buffer.memory = static_cast<unsigned char*>(std::malloc(buffer.bytes + 2 * GUARD + !(buffer.bytes + 2 * GUARD)));
        std::memset(buffer.memory, 0xa5, buffer.bytes + 2 * GUARD);
        if (std::fread(buffer.at(), 1, buffer.bytes, stdin) != buffer.bytes) { std::fprintf(stderr, "a buffer ends too early\n"); return 4; }
    }
    const uint32_t launches = take<uint32_t>();
    for (uint32_t l = 0; l < launches; ++l) {
        const Entry& entry = entries.at(take<uint32_t>());
        kernel = entry.name;
        body = entry.call;
        unsigned dims[6];
        for (unsigned& dim : dims) { dim = take<uint32_t>(); }
        grid_size = dim3(dims[0], dims[1], dims[2]);
        block_size = dim3(dims[3], dims[4], dims[5]);
        std::vector<std::vector<unsigned char>> values(take<uint32_t>());
        if (values.size() != entry.sizes.size()) {
            wrong("it takes " + number(entry.sizes.size()) + " arguments, and " + number(values.size()) + " were given");
        }
        std::vector<void*> pointers;
        for (size_t a = 0; a < values.size(); ++a) {
            if (take<uint8_t>() == 0) {
                unsigned char* address = buffers.at(take<uint32_t>()).at();
                values[a].resize(sizeof(address));
                std::memcpy(values[a].data(), &address, sizeof(address));
            } else {
                values[a].resize(take<uint32_t>());
                for (unsigned char& byte : values[a]) { byte = take<uint8_t>(); }
            }
            if (values[a].size() != entry.sizes[a]) {
                wrong("argument " + number(a) + " has " + number(entry.sizes[a]) + " bytes, and " + number(values[a].size()) + " were given");
            }
            pointers.push_back(values[a].data());
        }
        arguments = pointers.data();
        const unsigned threads = block_size.x * block_size.y * block_size.z;
        if (threads == 0 || threads > 1024) { wrong("a block of " + number(threads) + " threads"); }
        for (unsigned b : order.of(grid_size.x * grid_size.y * grid_size.z)) {
            block_index = {b % grid_size.x, b / grid_size.x % grid_size.y, b / (grid_size.x * grid_size.y)};
            run_block(order);
        }
        for (size_t n = 0; n < buffers.size(); ++n) { buffers[n].check(n); }
    }
    for (Buffer& buffer : buffers) { std::fwrite(buffer.at(), 1, buffer.bytes, stdout); }
    return std::fflush(stdout) == 0 ? 0 : 4;
}
}  // namespace emulated
