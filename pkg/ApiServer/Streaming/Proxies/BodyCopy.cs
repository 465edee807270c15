using System.Buffers;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>Passes the body of an answer on, each piece as it comes.</summary>
internal static class BodyCopy
{
    /// <summary>The size of the pieces, which is all that is held.</summary>
    public const int BufferBytes = 32 * 1024;

    /// <summary>Copies to the end; through a rewriter when one is given.</summary>
    public static async Task RunAsync(Stream body, Stream output, HtmlLinkRewriter? rewriter, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var page = new ArrayBufferWriter<byte>();
        try
        {
            while (await body.ReadAsync(buffer, ct).ConfigureAwait(false) is var count and > 0)
            {
                if (rewriter is null)
                {
                    await output.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                }
                else
                {
                    rewriter.Push(buffer.AsSpan(0, count), page);
                    await output.WriteAsync(page.WrittenMemory, ct).ConfigureAwait(false);
                    page.ResetWrittenCount();
                }

                await output.FlushAsync(ct).ConfigureAwait(false);
            }

            rewriter?.End(page);
            await output.WriteAsync(page.WrittenMemory, ct).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
