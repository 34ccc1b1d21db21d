package org.apache.hadoop.dynamodb.tools;

/** The newer spelling of the class's name. */
public class DynamoDBImport {
    public static void main(String[] arguments) throws Exception {
        DynamoDbImport.main(arguments);
    }
}
