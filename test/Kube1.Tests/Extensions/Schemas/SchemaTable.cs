using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.Tests.Extensions.Schemas;

/// <summary>
/// Files of testdata: a word and the rest of the line. "schema JSON" holds for the cases that follow; a case begins with
/// another word and has what is expected on the lines below it.
/// </summary>
internal static class SchemaTable
{
    public static IEnumerable<Case> Read(string file)
    {
        StructuralSchema schema = StructuralSchema.Empty;
        Case? current = null;
        foreach (var (line, i) in File.ReadAllLines(Path.Combine(Folder(), file)).Select((line, i) => (line.Trim(), i)))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            switch (word)
            {
                case "" or "#":
                    break;
                case "schema":
                    schema = StructuralSchema.Parse(JsonNode.Parse(rest)!.AsObject());
                    break;
                case "-" or "~" or "?" or "=":
                    current!.Expected.Add(line);
                    break;
                default:
                    if (current is not null)
                    {
                        yield return current;
                    }

                    current = new Case(i + 1, schema, word, rest);
                    break;
            }
        }

        yield return current!;
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "test", "Kube1.Tests", "Extensions", "Schemas", "testdata");
    }

    internal sealed record Case(int Line, StructuralSchema Schema, string Word, string Text)
    {
        public List<string> Expected { get; } = [];

        /// <summary>What differs, with its line; empty when nothing does.</summary>
        public string Compare(IEnumerable<string> seen)
        {
            var lines = seen.ToList();
            return lines.SequenceEqual(Expected) ? "" : $"line {Line}: {Word} {Text}\n{string.Join('\n', lines)}\n";
        }
    }
}
