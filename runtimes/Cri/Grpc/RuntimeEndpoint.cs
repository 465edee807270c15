using System.IO.Pipes;
using System.Net.Sockets;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>
/// Where a runtime listens: <c>unix:///run/x.sock</c>, a bare absolute path, or <c>npipe:////./pipe/x</c> on Windows.
/// </summary>
public sealed record RuntimeEndpoint
{
    private RuntimeEndpoint(string path, bool isPipe)
    {
        Path = path;
        IsPipe = isPipe;
    }

    /// <summary>The socket's path or the pipe's name.</summary>
    public string Path { get; }

    /// <summary>Whether it is a named pipe of Windows.</summary>
    public bool IsPipe { get; }

    /// <summary>Parses the form that <c>--container-runtime-endpoint</c> takes.</summary>
    /// <exception cref="FormatException">It is none of the forms.</exception>
    public static RuntimeEndpoint Parse(string text)
    {
        const string PipePrefix = "npipe:////./pipe/";
        if (text.StartsWith(PipePrefix, StringComparison.OrdinalIgnoreCase) && text.Length > PipePrefix.Length)
        {
            return new(text[PipePrefix.Length..], isPipe: true);
        }

        var path = text.StartsWith("unix://", StringComparison.Ordinal) ? text["unix://".Length..] : text;
        return path.StartsWith('/') && path.Length > 1
            ? new(path, isPipe: false)
            : throw new FormatException(
                $"\"{text}\" is no container runtime endpoint; write unix:///path/to/socket or npipe:////./pipe/name");
    }

    /// <inheritdoc/>
    public override string ToString() => IsPipe ? "npipe:////./pipe/" + Path : "unix://" + Path;

    internal async ValueTask<Stream> ConnectAsync(CancellationToken ct)
    {
        if (IsPipe)
        {
            var pipe = new NamedPipeClientStream(".", Path, PipeDirection.InOut, PipeOptions.Asynchronous);
            await pipe.ConnectAsync(ct).ConfigureAwait(false);
            return pipe;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new RuntimeException(RuntimeErrorCode.Unavailable, Explain(e), e);
        }
    }

    // The socket error for a missing file is "Cannot assign requested address (localhost:80)", which misleads.
    private string Explain(SocketException e)
    {
        if (!File.Exists(Path))
        {
            return $"the container runtime's socket {Path} does not exist; is the runtime running?";
        }

        return e.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"nothing listens on the container runtime's socket {Path}",
            SocketError.AccessDenied => $"no permission to use the container runtime's socket {Path}; run as root",
            _ => $"cannot connect to the container runtime's socket {Path}: {e.Message}",
        };
    }
}
