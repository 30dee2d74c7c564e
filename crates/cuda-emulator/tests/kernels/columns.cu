// Mean and biased variance of columns: 32 columns for each block, 8 rows at a time, a tree over the 8.

extern "C" __global__ void column_moments(const float* x, float* mean, float* variance, int rows, int columns) {
    __shared__ float sums[8][32];
    __shared__ float squares[8][32];
    const int column = blockIdx.x * 32 + threadIdx.x;
    float sum = 0.0f, square = 0.0f;
    if (column < columns) {
        for (int row = threadIdx.y; row < rows; row += blockDim.y) {
            const float value = x[row * columns + column];
            sum += value;
            square += value * value;
        }
    }
    sums[threadIdx.y][threadIdx.x] = sum;
    squares[threadIdx.y][threadIdx.x] = square;
    __syncthreads();
    for (int half = 4; half > 0; half /= 2) {
        if (threadIdx.y < half) {
            sums[threadIdx.y][threadIdx.x] += sums[threadIdx.y + half][threadIdx.x];
            squares[threadIdx.y][threadIdx.x] += squares[threadIdx.y + half][threadIdx.x];
        }
        __syncthreads();
    }
    if (threadIdx.y == 0 && column < columns) {
        const float m = sums[0][threadIdx.x] / rows;
        mean[column] = m;
        variance[column] = squares[0][threadIdx.x] / rows - m * m;
    }
}

// Each value beside the one after it in its group of 32, by shared memory of the warp.
extern "C" __global__ void differences(const float* x, float* y, int length) {
    __shared__ float seen[64];
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    const int lane = threadIdx.x % 32, first = threadIdx.x - lane;
    seen[threadIdx.x] = i < length ? x[i] : 0.0f;
    __syncwarp();
    const float next = seen[first + (lane + 1) % 32];
    if (i < length) {
        y[i] = next - x[i];
    }
}
