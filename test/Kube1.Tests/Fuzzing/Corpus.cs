using System.Text;

namespace Kube1.Tests.Fuzzing;

/// <summary>
/// The files of corpora/: valid inputs to begin with, and inputs that once failed. One a line; in a .txt file as text,
/// where \n, \t, \0 and \\ stand for themselves and "base64:" begins a line of other bytes; "#" begins a comment.
/// </summary>
internal static class Corpus
{
    public static List<byte[]> Read(string name) =>
    [
        .. File.ReadLines(Path.Combine(Folder(), name))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(Decode),
    ];

    public static List<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static byte[] Decode(string line) => line.StartsWith("base64:", StringComparison.Ordinal)
        ? Convert.FromBase64String(line["base64:".Length..])
        : Encoding.UTF8.GetBytes(Unescape(line));

    private static string Unescape(string line)
    {
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            // Only these four: JSON's own escapes stay.
            var escaped = line[i] == '\\' && i + 1 < line.Length ? line[i + 1] : '\xFFFF';
            char? plain = escaped switch { 'n' => '\n', 't' => '\t', '0' => '\0', '\\' => '\\', _ => null };
            text.Append(plain ?? line[i]);
            i += plain is null ? 0 : 1;
        }

        return text.ToString();
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(
            folder?.FullName ?? throw new InvalidOperationException("the tests must run from inside a checkout"),
            "test", "Kube1.Tests", "Fuzzing", "corpora");
    }
}
