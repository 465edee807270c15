using System.Globalization;
using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kube1.Api.Schema;

/// <summary>
/// YAML to JSON as sigs.k8s.io/yaml does it: one document, YAML 1.1 scalars (yes, no, on, off are booleans), merge
/// keys, anchors. Bounded against documents that unfold to much more than they are.
/// </summary>
public static class YamlConverter
{
    /// <summary>What a document may unfold to: as much as the largest request body, a few times over.</summary>
    private const int MaxOutputBytes = 16 * 1024 * 1024;

    /// <summary>Events that aliases may replay: "billion laughs" documents need millions.</summary>
    private const int MaxReplayedEvents = 200_000;

    /// <summary>As many as of other strict errors: a hostile body cannot make a huge answer.</summary>
    private const int MaxDuplicates = SchemaWalk.MaxStrictErrors;

    /// <summary>
    /// The document as JSON. Of a key that a map sets twice the last value counts. Throws
    /// <see cref="ObjectDecodeException"/> for what is no single YAML document.
    /// </summary>
    public static byte[] ToJson(ReadOnlySpan<byte> yaml) => ToJson(yaml, out _);

    /// <summary>
    /// The same, with what is set twice: in the order of the document, what is within a value before the value itself,
    /// in go-yaml's words.
    /// </summary>
    public static byte[] ToJson(ReadOnlySpan<byte> yaml, out IReadOnlyList<string> duplicates)
    {
        try
        {
            using var buffer = new PooledBuffer();
            using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
            {
                var text = Encoding.UTF8.GetString(yaml);
                duplicates = new Conversion(new Parser(new StringReader(text)), writer, buffer).Run();
            }

            return buffer.WrittenSpan.ToArray();
        }
        catch (YamlException e)
        {
            throw new ObjectDecodeException($"yaml: line {e.Start.Line}: {e.Message}");
        }
    }

    /// <summary>The one error that a strict YAML decoder makes of all duplicates; none without any.</summary>
    public static IEnumerable<string> StrictErrors(IReadOnlyCollection<string> duplicates) => duplicates.Count == 0
        ? []
        : ["yaml: unmarshal errors:\n  " + string.Join("\n  ", duplicates)];

    /// <summary>
    /// One conversion: parser events go straight to the JSON writer; anchored nodes are kept to be replayed.
    /// </summary>
    private sealed class Conversion(Parser parser, Utf8JsonWriter writer, PooledBuffer buffer)
    {
        private readonly Dictionary<string, List<ParsingEvent>> _anchors = new(StringComparer.Ordinal);
        private readonly List<string> _duplicates = [];
        private int _replayed;
        private bool _setsTwice;

        public IReadOnlyList<string> Run()
        {
            var events = ReadDocument();
            if (events.Count == 0)
            {
                writer.WriteNullValue();
                return [];
            }

            var at = 0;
            Write(events, ref at, 0);
            if (_setsTwice)
            {
                at = 0;
                FindDuplicates(events, ref at, 0);
            }

            return _duplicates;
        }

        // A walk of its own, which well-formed documents do not pay for: it also sees values that later ones replace.
        private void FindDuplicates(List<ParsingEvent> events, ref int at, int depth)
        {
            var current = events[at];
            CheckDepth(current, depth);
            at++;
            if (current is SequenceStart)
            {
                while (events[at] is not SequenceEnd)
                {
                    FindDuplicates(events, ref at, depth + 1);
                }

                at++;
            }
            else if (current is MappingStart)
            {
                var seen = new HashSet<string>(StringComparer.Ordinal);
                while (events[at] is not MappingEnd)
                {
                    var key = KeyOf(events[at++]);
                    var value = events[at].Start;
                    FindDuplicates(events, ref at, depth + 1);
                    if (!IsMerge(key) && !seen.Add(YamlScalar.KeyText(key)) && _duplicates.Count < MaxDuplicates)
                    {
                        // go-yaml tells the line of the value, which may begin below its key.
                        _duplicates.Add($"line {value.Line}: key {YamlScalar.GoKeyText(key)} already set in map");
                    }
                }

                at++;
            }
        }

        private static void CheckDepth(ParsingEvent current, int depth)
        {
            // Aliases can nest deeper than the text does.
            if (depth > ObjectDecoder.MaxDepth)
            {
                throw new YamlException(current.Start, current.End, "exceeded max depth");
            }
        }

        private static Scalar KeyOf(ParsingEvent current) => current as Scalar
            ?? throw new YamlException(current.Start, current.End, "a key of a map must be a scalar");

        private static bool IsMerge(Scalar key) => key is { Value: "<<", IsQuotedImplicit: false };

        private List<ParsingEvent> ReadDocument()
        {
            var events = new List<ParsingEvent>();
            try
            {
                parser.Consume<StreamStart>();
                if (parser.Accept<StreamEnd>(out _))
                {
                    return events;
                }

                parser.Consume<DocumentStart>();
                Collect(events, 0);
                parser.Consume<DocumentEnd>();
                if (parser.Accept<DocumentStart>(out var second))
                {
                    throw new YamlException(second.Start, second.End, "expected a single document in the stream");
                }

                return events;
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException
                or FormatException or OverflowException or NullReferenceException or KeyNotFoundException
                or IOException)
            {
                // YamlDotNet's scanner loses its way in some malformed documents, and says it in many ways.
                var at = parser.Current?.End ?? Mark.Empty;
                throw new YamlException(at, at, "could not find expected token", e);
            }
        }

        private void Collect(List<ParsingEvent> events, int depth)
        {
            var current = parser.Consume<ParsingEvent>();
            if (depth > ObjectDecoder.MaxDepth)
            {
                throw new YamlException(current.Start, current.End, "exceeded max depth");
            }

            var start = events.Count;
            if (current is AnchorAlias alias)
            {
                Replay(events, alias);
                return;
            }

            events.Add(current);
            if (current is MappingStart)
            {
                while (!parser.Accept<MappingEnd>(out _))
                {
                    Collect(events, depth + 1);
                    Collect(events, depth + 1);
                }

                events.Add(parser.Consume<MappingEnd>());
            }
            else if (current is SequenceStart)
            {
                while (!parser.Accept<SequenceEnd>(out _))
                {
                    Collect(events, depth + 1);
                }

                events.Add(parser.Consume<SequenceEnd>());
            }

            if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
            {
                _anchors[anchored.Anchor.Value] = events.GetRange(start, events.Count - start);
            }
        }

        private void Replay(List<ParsingEvent> events, AnchorAlias alias)
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var known))
            {
                throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value.Value}' referenced");
            }

            _replayed += known.Count;
            if (_replayed > MaxReplayedEvents)
            {
                throw new YamlException(alias.Start, alias.End, "document contains excessive aliasing");
            }

            events.AddRange(known);
        }

        private void Write(List<ParsingEvent> events, ref int at, int depth)
        {
            var current = events[at];
            CheckDepth(current, depth);
            if (buffer.WrittenSpan.Length > MaxOutputBytes)
            {
                throw new YamlException(current.Start, current.End, "document contains excessive aliasing");
            }

            at++;
            switch (current)
            {
                case Scalar scalar:
                    YamlScalar.Write(writer, scalar);
                    break;
                case SequenceStart:
                    writer.WriteStartArray();
                    while (events[at] is not SequenceEnd)
                    {
                        Write(events, ref at, depth + 1);
                    }

                    at++;
                    writer.WriteEndArray();
                    break;
                default:
                    WriteMapping(events, ref at, depth);
                    break;
            }
        }

        private void WriteMapping(List<ParsingEvent> events, ref int at, int depth)
        {
            var members = new List<(string Key, int At)>();
            var merged = new List<int>();
            // Where each key is set for the last time: only that member is written.
            var last = new Dictionary<string, int>(StringComparer.Ordinal);
            while (events[at] is not MappingEnd)
            {
                var key = KeyOf(events[at++]);
                if (IsMerge(key))
                {
                    merged.Add(at);
                }
                else
                {
                    var name = YamlScalar.KeyText(key);
                    _setsTwice |= !last.TryAdd(name, at);
                    last[name] = at;
                    members.Add((name, at));
                }

                Skip(events, ref at);
            }

            at++;
            foreach (var source in merged)
            {
                AddMerged(events, source, members, last);
            }

            writer.WriteStartObject();
            foreach (var (name, valueAt) in members)
            {
                if (last[name] == valueAt)
                {
                    writer.WritePropertyName(name);
                    var from = valueAt;
                    Write(events, ref from, depth + 1);
                }
            }

            writer.WriteEndObject();
        }

        // "<<: *base" takes over the members that the map does not set itself.
        private static void AddMerged(
            List<ParsingEvent> events, int source, List<(string Key, int At)> members, Dictionary<string, int> last)
        {
            var at = source;
            if (events[at] is SequenceStart)
            {
                at++;
                while (events[at] is not SequenceEnd)
                {
                    AddMerged(events, at, members, last);
                    Skip(events, ref at);
                }

                return;
            }

            if (events[at] is not MappingStart)
            {
                throw new YamlException(
                    events[at].Start, events[at].End, "map merge requires map or sequence of maps as the value");
            }

            at++;
            while (events[at] is not MappingEnd)
            {
                var key = KeyOf(events[at++]);
                if (key.Value == "<<")
                {
                    AddMerged(events, at, members, last);
                }
                else if (last.TryAdd(YamlScalar.KeyText(key), at))
                {
                    members.Add((YamlScalar.KeyText(key), at));
                }

                Skip(events, ref at);
            }
        }

        private static void Skip(List<ParsingEvent> events, ref int at)
        {
            var depth = 0;
            do
            {
                depth += events[at].NestingIncrease;
                at++;
            }
            while (depth > 0);
        }
    }
}
