using System.Text.Json;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>spec.nodeName of kinds without a typed view, read straight from the stored bytes.</summary>
internal static class SpecNodeName
{
    /// <summary>Empty when the object names no node.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Enter(ref reader, "spec"u8) && Enter(ref reader, "nodeName"u8) && reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : "";
    }

    /// <summary>From the start of an object to the value of one of its members.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(member);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
