using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kube1.Api.Schema;

/// <summary>
/// A YAML parser for files that become a YamlStream: that recurses, and what nests too deeply, or in itself, would end the
/// process. All that is wrong with a file is a <see cref="YamlException"/>.
/// </summary>
public sealed class BoundedYamlParser : IParser
{
    /// <summary>Configuration files nest a handful deep.</summary>
    private const int MaxDepth = 100;

    /// <summary>Counting what aliases stand for: a few lines of them could stand for more than anybody can read.</summary>
    private const int MaxNodes = 100_000;

    private readonly Parser _parser;
    private readonly Stack<(AnchorName Anchor, long Before)> _open = [];
    private readonly Dictionary<AnchorName, long> _sizes = [];
    private long _nodes;

    private BoundedYamlParser(TextReader text) => _parser = new Parser(text);

    /// <inheritdoc/>
    public ParsingEvent? Current => _parser.Current;

    /// <summary>The documents of a file.</summary>
    public static YamlStream Load(TextReader text)
    {
        var parser = new BoundedYamlParser(text);
        var yaml = new YamlStream();
        try
        {
            yaml.Load(parser);
            return yaml;
        }
        catch (ArgumentException e)
        {
            // What its parser makes of a control character fits into no document.
            throw parser.Wrong("control characters are not allowed", e);
        }
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        try
        {
            if (!_parser.MoveNext())
            {
                return false;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException
            or FormatException or OverflowException or NullReferenceException or KeyNotFoundException)
        {
            // Its scanner loses its way in some malformed documents, see YamlConverter.
            throw Wrong("could not find expected token", e);
        }

        Count(Current!);
        return _nodes <= MaxNodes ? true : throw Wrong("document contains excessive aliasing");
    }

    private void Count(ParsingEvent node)
    {
        switch (node)
        {
            case Scalar scalar:
                _nodes++;
                Remember(scalar.Anchor, 1);
                break;
            case AnchorAlias alias when _open.Any(collection => collection.Anchor == alias.Value):
                throw Wrong($"anchor '{alias.Value}' value contains itself");
            case AnchorAlias alias:
                _nodes += _sizes.GetValueOrDefault(alias.Value, 1);
                break;
            case NodeEvent collection:
                _open.Push((collection.Anchor, _nodes++));
                if (_open.Count > MaxDepth)
                {
                    throw Wrong("exceeded max depth");
                }

                break;
            case SequenceEnd or MappingEnd when _open.TryPop(out var ended):
                Remember(ended.Anchor, _nodes - ended.Before);
                break;
        }
    }

    private void Remember(AnchorName anchor, long size)
    {
        if (!anchor.IsEmpty)
        {
            _sizes[anchor] = size;
        }
    }

    private YamlException Wrong(string detail, Exception? cause = null) => new(
        Current?.Start ?? Mark.Empty, Current?.End ?? Mark.Empty, detail, cause!);
}
