using System.Text.Json;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Http;

/// <summary>
/// A list in indented JSON, made item by item, so that a long one is never in memory as a whole. Each part is first
/// written to <see cref="Compact"/>, and goes from there to the output.
/// </summary>
internal sealed class IndentedList(PooledBuffer output) : IDisposable
{
    private readonly Utf8JsonWriter _writer = new(output, ResponseBody.Indented);

    /// <summary>Where the compact JSON of the next part goes.</summary>
    public PooledBuffer Compact { get; } = new();

    /// <summary>Begins the list; the part is the same list without items.</summary>
    public void Begin()
    {
        using (var list = JsonDocument.Parse(Compact.WrittenMemory, ResponseBody.ParseOptions))
        {
            _writer.WriteStartObject();
            foreach (var member in list.RootElement.EnumerateObject())
            {
                if (member.Name is "items" or "rows")
                {
                    _writer.WriteStartArray(member.Name);
                }
                else
                {
                    member.WriteTo(_writer);
                }
            }
        }

        Compact.Clear();
        _writer.Flush();
    }

    /// <summary>Appends the part, an item.</summary>
    public void Add()
    {
        using (var item = JsonDocument.Parse(Compact.WrittenMemory, ResponseBody.ParseOptions))
        {
            item.RootElement.WriteTo(_writer);
        }

        Compact.Clear();
        _writer.Flush();
    }

    /// <summary>Ends the list.</summary>
    public void End()
    {
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        Compact.Dispose();
    }
}
