using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kube1.Api.Schema;

/// <summary>
/// A YAML parser for files that become a YamlStream: that recurses, and what nests too deeply would end the process. All
/// that is wrong with a file is a <see cref="YamlException"/>.
/// </summary>
public sealed class BoundedYamlParser(TextReader text) : IParser
{
    /// <summary>Configuration files nest a handful deep.</summary>
    private const int MaxDepth = 100;

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
            var at = parser.Current?.Start ?? Mark.Empty;
            throw new YamlException(at, at, "control characters are not allowed", e);
        }
    }

    private readonly Parser _parser = new(text);
    private int _depth;

    /// <inheritdoc/>
    public ParsingEvent? Current => _parser.Current;

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
            var at = Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "could not find expected token", e);
        }

        _depth += Current!.NestingIncrease;
        return _depth <= MaxDepth ? true : throw new YamlException(Current.Start, Current.End, "exceeded max depth");
    }
}
