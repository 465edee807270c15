using System.Reflection;
using System.Text;

namespace Kube1.Api.Schema;

/// <summary>An embedded tab-separated table, read in place: no line is copied that nobody asks for.</summary>
internal static class EmbeddedTable
{
    /// <summary>The bytes of a table of Schema/Tables. They lie in the mapped assembly and are never moved.</summary>
    public static unsafe ReadOnlySpan<byte> Open(string name)
    {
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the table {name} is not embedded");
        if (stream is UnmanagedMemoryStream memory)
        {
            return new ReadOnlySpan<byte>(memory.PositionPointer, checked((int)memory.Length));
        }

        var copy = new byte[stream.Length];
        stream.ReadExactly(copy);
        return copy;
    }

    /// <summary>
    /// Takes the next line off the front of <paramref name="rest"/>, without comments; false at the end.
    /// </summary>
    public static bool TryReadLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        while (rest.Length > 0)
        {
            var end = rest.IndexOf((byte)'\n');
            line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Length > 0 && line[0] != (byte)'#')
            {
                return true;
            }
        }

        line = default;
        return false;
    }

    /// <summary>Takes the next cell off the front of a line.</summary>
    public static ReadOnlySpan<byte> ReadCell(scoped ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)'\t');
        var cell = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return cell;
    }

    /// <summary>The next cell as a string; equal cells of a pool share one.</summary>
    public static string ReadText(scoped ref ReadOnlySpan<byte> line, HashSet<string> pool)
    {
        var cell = ReadCell(ref line);
        if (cell.Length == 0)
        {
            return "";
        }

        Span<char> text = stackalloc char[cell.Length];
        var length = Encoding.UTF8.GetChars(cell, text);
        var lookup = pool.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text[..length], out var shared))
        {
            shared = text[..length].ToString();
            pool.Add(shared);
        }

        return shared;
    }
}
