using System.Runtime.InteropServices;
using Kube1.Network.Hosts;

namespace Kube1.Runtimes.Linux.Nftables;

/// <summary>nftables in process, through libnftables: no program is spawned. Source: man 3 libnftables.</summary>
public sealed partial class LibNftables : INftables, IDisposable
{
    private const string Library = "libnftables.so.1";

    /// <summary>A context is not safe for use by several threads at once.</summary>
    private readonly Lock _gate = new();

    private IntPtr _context;

    /// <summary>Opens a context. Throws <see cref="LibraryMissingException"/> that names the package when the library is missing.</summary>
    public LibNftables()
    {
        try
        {
            _context = ContextNew(0);
        }
        catch (DllNotFoundException)
        {
            throw new LibraryMissingException(
                $"{Library} is not installed: install the package libnftables1 (Debian, Ubuntu) or nftables (Fedora, RHEL)");
        }

        if (_context == IntPtr.Zero || ContextBufferError(_context) != 0)
        {
            throw new NftablesException("libnftables could not be initialised");
        }
    }

    /// <inheritdoc/>
    public void Run(string commands)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_context == IntPtr.Zero, this);
            if (RunCommand(_context, commands) != 0)
            {
                var error = Marshal.PtrToStringUTF8(ContextGetErrorBuffer(_context)) ?? "";
                throw new NftablesException("nftables: " + FirstLines(error));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_context != IntPtr.Zero)
            {
                ContextFree(_context);
                _context = IntPtr.Zero;
            }
        }
    }

    private static string FirstLines(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(" ", lines.Take(3).Select(l => l.Trim()));
    }

    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    private static partial IntPtr ContextNew(uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    private static partial void ContextFree(IntPtr context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static partial int ContextBufferError(IntPtr context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static partial IntPtr ContextGetErrorBuffer(IntPtr context);

    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RunCommand(IntPtr context, string commands);
}

/// <summary>A library that the node needs is not installed; the message names its package.</summary>
public sealed class LibraryMissingException(string message) : IOException(message);
