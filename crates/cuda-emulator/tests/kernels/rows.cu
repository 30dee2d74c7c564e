// Layer normalization of rows: a block for each row at a time, partial sums by warps and then by the block.

__device__ float block_sum(float value) {
    __shared__ float parts[32];
    __shared__ float total;
    for (int offset = 16; offset > 0; offset /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, offset);
    }
    if (threadIdx.x % 32 == 0) {
        parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        float sum = 0.0f;
        for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) {
            sum += parts[warp];
        }
        total = sum;
    }
    __syncthreads();
    // The next sum writes it behind its own first barrier, when all have read it.
    return total;
}

extern "C" __global__ void row_forward(const float* x, const float* gain, const float* bias, float* y, float* stats, int rows, int length, float eps) {
    for (int row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* in = x + row * length;
        float* out = y + row * length;
        float sum = 0.0f;
        for (int i = threadIdx.x; i < length; i += blockDim.x) {
            sum += in[i];
        }
        const float mean = block_sum(sum) / length;
        float squares = 0.0f;
        for (int i = threadIdx.x; i < length; i += blockDim.x) {
            squares += (in[i] - mean) * (in[i] - mean);
        }
        const float scale = rsqrtf(block_sum(squares) / length + eps);
        for (int i = threadIdx.x; i < length; i += blockDim.x) {
            out[i] = gain[i] * (in[i] - mean) * scale + bias[i];
        }
        if (threadIdx.x == 0) {
            stats[2 * row] = mean;
            stats[2 * row + 1] = scale;
        }
    }
}

// Each block adds the gradient of the gain over its rows; `add_parts` adds over blocks.
extern "C" __global__ void row_backward(const float* x, const float* dy, const float* gain, const float* stats, float* dx, float* parts, int rows, int length) {
    for (int i = threadIdx.x; i < length; i += blockDim.x) {
        parts[blockIdx.x * length + i] = 0.0f;
    }
    for (int row = blockIdx.x; row < rows; row += gridDim.x) {
        const float mean = stats[2 * row], scale = stats[2 * row + 1];
        float along = 0.0f, sum = 0.0f;
        for (int i = threadIdx.x; i < length; i += blockDim.x) {
            const float normal = (x[row * length + i] - mean) * scale, g = gain[i] * dy[row * length + i];
            sum += g;
            along += g * normal;
            parts[blockIdx.x * length + i] += dy[row * length + i] * normal;
        }
        const float mean_g = block_sum(sum) / length, mean_along = block_sum(along) / length;
        for (int i = threadIdx.x; i < length; i += blockDim.x) {
            const float normal = (x[row * length + i] - mean) * scale, g = gain[i] * dy[row * length + i];
            dx[row * length + i] = scale * (g - mean_g - normal * mean_along);
        }
    }
}

extern "C" __global__ void add_parts(const float* parts, float* out, int blocks, int length) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < length) {
        float sum = 0.0f;
        for (int block = 0; block < blocks; ++block) {
            sum += parts[block * length + i];
        }
        out[i] = sum;
    }
}
