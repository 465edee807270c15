using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// Rewrites the links in HTML as it passes: nothing is held back but a tag that is not whole yet, and no byte changes
/// but those of rewritten links. Pages must be in an encoding that contains ASCII.
/// </summary>
internal sealed class HtmlLinkRewriter(Func<string, string> rewrite)
{
    // A longer tag than this passes as it is: no page has one, and what is held back must be bounded.
    private const int MaxTagBytes = 64 * 1024;

    // So does one that is still not whole when so many pieces with a ">" have come: reading it is work each time.
    private const int MaxTagReads = 8;

    // Attributes whose value is a URL (https://www.w3.org/TR/REC-html40/index/attributes.html and HTML5's).
    private static readonly FrozenDictionary<string, string[]> Links = new Dictionary<string, string[]>
    {
        ["a"] = ["href"],
        ["applet"] = ["codebase"],
        ["area"] = ["href"],
        ["audio"] = ["src"],
        ["base"] = ["href"],
        ["blockquote"] = ["cite"],
        ["body"] = ["background"],
        ["button"] = ["formaction"],
        ["command"] = ["icon"],
        ["del"] = ["cite"],
        ["embed"] = ["src"],
        ["form"] = ["action"],
        ["frame"] = ["longdesc", "src"],
        ["head"] = ["profile"],
        ["html"] = ["manifest"],
        ["iframe"] = ["longdesc", "src"],
        ["img"] = ["longdesc", "src", "usemap"],
        ["input"] = ["src", "usemap", "formaction"],
        ["ins"] = ["cite"],
        ["link"] = ["href"],
        ["object"] = ["classid", "codebase", "data", "usemap"],
        ["q"] = ["cite"],
        ["script"] = ["src"],
        ["source"] = ["src"],
        ["video"] = ["poster", "src"],
    }.ToFrozenDictionary();

    // Elements whose content is text up to their end tag, whatever it looks like.
    private static readonly FrozenSet<string> RawText =
        FrozenSet.Create("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp");

    private readonly ArrayBufferWriter<byte> _held = new();

    // What ends the comment or raw text that the page is in; empty outside of them.
    private byte[] _until = [];

    // How often the tag that is held was read in vain.
    private int _tagReads;

    /// <summary>Takes the next bytes of the page and writes what is certain by now.</summary>
    public void Push(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        _held.Write(data);
        if (_tagReads > 0 && !data.Contains((byte)'>') && _held.WrittenCount < MaxTagBytes)
        {
            return;
        }

        var used = Process(_held.WrittenSpan, output, isEnd: false);
        var rest = _held.WrittenSpan[used..].ToArray();
        _held.ResetWrittenCount();
        _held.Write(rest);
    }

    /// <summary>Writes what is left at the end of the page.</summary>
    public void End(IBufferWriter<byte> output)
    {
        Process(_held.WrittenSpan, output, isEnd: true);
        _held.ResetWrittenCount();
    }

    private int Process(ReadOnlySpan<byte> text, IBufferWriter<byte> output, bool isEnd)
    {
        var at = 0;
        while (at < text.Length)
        {
            var used = _until.Length > 0
                ? PassRaw(text[at..], output, isEnd)
                : PassMarkup(text[at..], output, isEnd);
            if (used == 0)
            {
                break;
            }

            at += used;
        }

        return at;
    }

    /// <summary>Passes comment or raw text up to its end mark; what could be the mark's beginning waits.</summary>
    private int PassRaw(ReadOnlySpan<byte> text, IBufferWriter<byte> output, bool isEnd)
    {
        for (var i = 0; i + _until.Length <= text.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(text.Slice(i, _until.Length), _until))
            {
                _until = [];
                output.Write(text[..i]);
                // The mark itself is passed as markup; a comment's is mere text there.
                return i > 0 ? i : PassMarkup(text, output, isEnd);
            }
        }

        var certain = isEnd ? text.Length : Math.Max(0, text.Length - _until.Length + 1);
        output.Write(text[..certain]);
        return certain;
    }

    /// <summary>Passes text up to a tag, or one tag; 0 when more must come first.</summary>
    private int PassMarkup(ReadOnlySpan<byte> text, IBufferWriter<byte> output, bool isEnd)
    {
        var open = text.IndexOf((byte)'<');
        if (open != 0)
        {
            var plain = open < 0 ? text.Length : open;
            output.Write(text[..plain]);
            return plain;
        }

        if (text.Length < "<!--".Length && !isEnd)
        {
            return 0;
        }

        if (text.StartsWith("<!--"u8))
        {
            _until = "-->"u8.ToArray();
            output.Write("<!--"u8);
            return "<!--".Length;
        }

        if (text.Length < 2 || !char.IsAsciiLetter((char)text[1]))
        {
            output.Write(text[..1]);
            return 1;
        }

        if (HtmlTag.Parse(text) is { } tag)
        {
            _tagReads = 0;
            WriteTag(text, tag, output);
            return tag.Length;
        }

        if (!isEnd && text.Length < MaxTagBytes && ++_tagReads < MaxTagReads)
        {
            return 0;
        }

        // Never read again: what begins with "<" within this tag is part of it.
        _tagReads = 0;
        _until = isEnd ? [] : ">"u8.ToArray();
        var passed = isEnd ? text.Length : 1;
        output.Write(text[..passed]);
        return passed;
    }

    private void WriteTag(ReadOnlySpan<byte> text, HtmlTag tag, IBufferWriter<byte> output)
    {
        var written = 0;
        if (Links.TryGetValue(tag.Name, out var names))
        {
            foreach (var (name, start, length) in tag.Attributes.Where(a => names.Contains(a.Name)))
            {
                output.Write(text[written..start]);
                // Byte by byte: only ASCII is put before or taken away.
                output.Write(Encoding.Latin1.GetBytes(rewrite(Encoding.Latin1.GetString(text.Slice(start, length)))));
                written = start + length;
            }
        }

        output.Write(text[written..tag.Length]);
        if (RawText.Contains(tag.Name))
        {
            _until = Encoding.ASCII.GetBytes("</" + tag.Name);
        }
    }
}
