using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Containerd.Content;
using Kube1.Runtimes.Cri.Grpc;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// Writes blobs into containerd's content store under a lease, so that nothing is collected before an image refers to
/// it. Disposing drops the lease.
/// </summary>
internal sealed class ContentStore : IAsyncDisposable
{
    // Large enough that messages cost nothing, far below the 16 MiB that the server takes.
    private const int ChunkBytes = 512 * 1024;

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    // Should kube1 die half-way, containerd drops the lease itself.
    private static readonly TimeSpan LeaseLifetime = TimeSpan.FromHours(1);

    private readonly GrpcChannel _channel;
    private readonly string _lease;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _metadata;
    private int _nextRef;

    private ContentStore(GrpcChannel channel, string lease)
    {
        _channel = channel;
        _lease = lease;
        _metadata = [ContainerdMethods.Namespace, new("containerd-lease", lease)];
    }

    public static async Task<ContentStore> OpenAsync(GrpcChannel channel, TimeProvider time, CancellationToken ct)
    {
        var lease = "kube1-import-" + Guid.NewGuid().ToString("N");
        var request = new Containerd.Leases.CreateRequest { Id = lease };
        request.Labels["containerd.io/gc.expire"] =
            (time.GetUtcNow() + LeaseLifetime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var call = RpcCall.Within(CallDeadline) with { Metadata = [ContainerdMethods.Namespace] };
        try
        {
            await channel.UnaryAsync(ContainerdMethods.CreateLease, request, call, ct).ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unimplemented)
        {
            throw new RuntimeException(
                RuntimeErrorCode.Unimplemented,
                "this container runtime cannot import archives; import the image with its own tool", e);
        }

        return new ContentStore(channel, lease);
    }

    /// <summary>Stores a blob; one that is there already is left as it is, but gets the labels.</summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="expected">The digest that it must have, or null when it is not known beforehand.</param>
    /// <param name="labels">References that keep other blobs alive.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<StoredBlob> WriteAsync(
        Stream source, string? expected, IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        var reference = $"{_lease}-{_nextRef++}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var size = 0L;
        var head = Array.Empty<byte>();
        try
        {
            await _channel.ClientStreamAsync<WriteContentRequest, WriteContentResponse>(
                ContainerdMethods.WriteContent, WriteAllAsync, RpcCall.Unbounded with { Metadata = _metadata }, ct)
                .ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.AlreadyExists)
        {
            await HashRestAsync().ConfigureAwait(false);
        }

        var digest = CurrentDigest();
        await LabelAsync(digest, labels, ct).ConfigureAwait(false);
        return new StoredBlob(digest, size, head);

        async Task WriteAllAsync(Func<WriteContentRequest, ValueTask> send, CancellationToken token)
        {
            var buffer = new byte[ChunkBytes];
            while (await FillAsync(buffer, token).ConfigureAwait(false) is var count and > 0)
            {
                await send(new WriteContentRequest
                {
                    Action = WriteAction.Write,
                    Ref = reference,
                    Offset = size - count,
                    Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)),
                }).ConfigureAwait(false);
            }

            var commit = new WriteContentRequest
            {
                Action = WriteAction.Commit,
                Ref = reference,
                Offset = size,
                Total = size,
                Expected = CurrentDigest(),
            };
            CopyLabels(labels, commit.Labels);
            await send(commit).ConfigureAwait(false);
        }

        async Task<int> FillAsync(byte[] buffer, CancellationToken token)
        {
            var count = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token)
                .ConfigureAwait(false);
            if (size == 0)
            {
                head = buffer[..Math.Min(count, 4)];
            }

            hash.AppendData(buffer, 0, count);
            size += count;
            return count;
        }

        async Task HashRestAsync()
        {
            var buffer = new byte[ChunkBytes];
            while (await FillAsync(buffer, ct).ConfigureAwait(false) > 0)
            {
            }
        }

        string CurrentDigest()
        {
            var digest = "sha256:" + Convert.ToHexStringLower(hash.GetCurrentHash());
            return expected is null || expected == digest
                ? digest
                : throw new InvalidDataException(
                    $"the archive is damaged: the blob {expected} has the digest {digest}");
        }
    }

    /// <summary>Drops the lease: what no image refers to by now is garbage.</summary>
    public async ValueTask DisposeAsync()
    {
        var request = new Containerd.Leases.DeleteRequest { Id = _lease };
        var call = RpcCall.Within(CallDeadline) with { Metadata = [ContainerdMethods.Namespace] };
        try
        {
            await _channel.UnaryAsync(ContainerdMethods.DeleteLease, request, call, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (RuntimeException)
        {
            // The lease expires by itself; an import that failed because the runtime died must show that instead.
        }
    }

    private static void CopyLabels(
        IReadOnlyDictionary<string, string> from, Google.Protobuf.Collections.MapField<string, string> to)
    {
        foreach (var (key, value) in from)
        {
            to[key] = value;
        }
    }

    private async Task LabelAsync(string digest, IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        if (labels.Count == 0)
        {
            return;
        }

        var request = new UpdateRequest { Info = new Info { Digest = digest }, UpdateMask = new FieldMask() };
        CopyLabels(labels, request.Info.Labels);
        request.UpdateMask.Paths.AddRange(labels.Keys.Select(k => "labels." + k));
        var call = RpcCall.Within(CallDeadline) with { Metadata = _metadata };
        await _channel.UnaryAsync(ContainerdMethods.UpdateContent, request, call, ct).ConfigureAwait(false);
    }
}

/// <summary>A blob in the store; <paramref name="Head"/> is its first four bytes, by which compression shows.</summary>
internal sealed record StoredBlob(string Digest, long Size, byte[] Head);
